// Builds upstream's test binary and what its images hold, with Debian's Go.
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Commands } from './commands.ts';
import { commit, release, type Paths } from './paths.ts';

const kubernetes = 'k8s.io/kubernetes';

/** Programs that images of the suite hold, by the Go package that makes them. */
const programs = {
  agnhost: `${kubernetes}/test/images/agnhost`,
  nonewprivs: `${kubernetes}/test/images/nonewprivs`,
  'sample-apiserver': `${kubernetes}/vendor/k8s.io/sample-apiserver`,
};

/** Files that the test binary carries inside itself. */
const embedded = [
  'test/conformance/testdata/...',
  'test/e2e/testing-manifests/...',
  'test/e2e_node/testing-manifests/...',
  'test/images/...',
  'test/fixtures/...',
];

/** Builds what is missing. The test binary takes some ten minutes on two cores. */
export async function ensureBinaries(paths: Paths, commands: Commands): Promise<void> {
  await mkdir(paths.binaries, { recursive: true });
  const go = new Go(paths, commands);
  await go.once('go-bindata', (output) =>
    go.build(output, `${kubernetes}/vendor/github.com/go-bindata/go-bindata/go-bindata`),
  );
  await go.once('e2e.test', async (output) => {
    await go.embed(embedded, 'test/e2e/generated/bindata.go');
    await go.run(['test', '-c', '-vet=off', ...go.flags, '-o', output, `${kubernetes}/test/e2e`]);
  });
  for (const [name, from] of Object.entries(programs)) {
    await go.once(name, (output) => go.build(output, from));
  }
  await go.once('web', (output) => go.build(output, path.join(import.meta.dirname, '../images/web/main.go')));
  await go.once('pause', (output) =>
    commands
      .run('gcc', [
        '-Os',
        '-static',
        '-DVERSION=3.2',
        '-o',
        output,
        path.join(paths.source, 'build/pause/linux/pause.c'),
      ])
      .then(() => undefined),
  );
}

class Go {
  readonly #paths: Paths;
  readonly #commands: Commands;

  constructor(paths: Paths, commands: Commands) {
    this.#paths = paths;
    this.#commands = commands;
  }

  /** Flags that leave clouds out and write the release into the binary. */
  get flags(): string[] {
    const versions = ['client-go/pkg/version', 'component-base/version'].flatMap((folder) =>
      Object.entries({
        gitVersion: release,
        gitMajor: '1',
        gitMinor: '20',
        gitCommit: commit,
        gitTreeState: 'archive',
      }).map(([name, value]) => `-X ${kubernetes}/vendor/k8s.io/${folder}.${name}=${value}`),
    );
    return ['-tags', 'providerless,dockerless', '-ldflags', ['-s -w', ...versions].join(' ')];
  }

  /** Makes a binary where it is missing; what is half written keeps another name. */
  async once(name: string, make: (output: string) => Promise<void>): Promise<void> {
    const target = path.join(this.#paths.binaries, name);
    if (existsSync(target)) return;
    const half = `${target}.part`;
    await make(half);
    await rename(half, target);
  }

  async build(output: string, from: string): Promise<void> {
    await this.run(['build', '-ldflags', '-s -w', '-o', output, from]);
  }

  /** Writes a Go file that holds `folders` of the source. */
  async embed(folders: readonly string[], output: string): Promise<void> {
    const ignored = ['.jpg', '.png', '.md', 'BUILD(\\.bazel)?'].flatMap((pattern) => ['-ignore', pattern]);
    const tool = path.join(this.#paths.binaries, 'go-bindata');
    const args = ['-nometadata', '-o', output, '-pkg', 'generated', ...ignored, ...folders];
    await this.#commands.run(tool, args, { cwd: this.#paths.source });
  }

  async run(args: readonly string[]): Promise<void> {
    const { gopath, goCache, source } = this.#paths;
    const env = {
      ...process.env,
      PATH: `/usr/lib/go-1.19/bin:${process.env['PATH'] ?? ''}`,
      GOPATH: gopath,
      GO111MODULE: 'off',
      GOCACHE: goCache,
      GOFLAGS: '',
      CGO_ENABLED: '0',
    };
    await this.#commands.run('nice', ['-n', '5', 'go', ...args], { cwd: source, env });
  }
}

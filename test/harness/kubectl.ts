import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemProcesses, type RunOptions, type RunResult } from '../../src/host/processes.ts';
import { debianSource } from './debianSource.ts';

/** kubectl of the Debian releases: from the oldest that people still have to a current one. */
const RELEASES = [
  { suite: 'bookworm', package: 'kubernetes-client' },
  { suite: 'trixie', package: 'kubectl' },
  { suite: 'sid', package: 'kubectl' },
] as const;

const folder = path.resolve(import.meta.dirname, '../../.cache/kubectl');

export interface Kubectl {
  /** `1.36.4` */
  readonly version: string;
  readonly path: string;
}

/**
 * The kubectls of three Debian releases, fetched into a cache of the tests' own: package lists and sources are
 * private too, the system's are not touched.
 */
export async function ensureKubectls(): Promise<readonly Kubectl[]> {
  const found: Kubectl[] = [];
  for (const release of RELEASES) {
    const home = path.join(folder, release.suite);
    const binary = path.join(home, 'usr/bin/kubectl');
    if (!existsSync(binary)) await fetchRelease(release.suite, release.package, home);
    const { stdout } = await systemProcesses.run(binary, ['version', '--client', '-o', 'json']);
    const { clientVersion } = JSON.parse(stdout) as { clientVersion: { gitVersion: string } };
    found.push({ version: clientVersion.gitVersion.replace(/^v/, ''), path: binary });
  }
  return found;
}

async function fetchRelease(suite: string, name: string, home: string): Promise<void> {
  const apt = path.join(folder, 'apt', suite);
  await mkdir(path.join(apt, 'lists/partial'), { recursive: true });
  await mkdir(path.join(apt, 'cache/archives/partial'), { recursive: true });
  await mkdir(home, { recursive: true });
  const sources = path.join(apt, 'sources.list');
  await writeFile(sources, await debianSource(suite));
  const own = [
    ...['-o', `Dir::State::lists=${apt}/lists`, '-o', `Dir::Cache=${apt}/cache`],
    ...['-o', `Dir::Etc::sourcelist=${sources}`, '-o', 'Dir::Etc::sourceparts=/dev/null'],
    ...['-o', 'APT::Sandbox::User=root'],
  ];
  await systemProcesses.run('apt-get', [...own, 'update', '-qq']);
  const deb = path.join(apt, 'package.deb');
  const { stdout } = await systemProcesses.run('apt-get', [
    ...own,
    'download',
    '--print-uris',
    `${name}/${suite}`,
  ]);
  const file = /'\S+' (\S+)/.exec(stdout)?.[1];
  if (file === undefined) throw new Error(`no package ${name} in ${suite}: ${stdout}`);
  await systemProcesses.run('apt-get', [...own, 'download', '-qq', `${name}/${suite}`], { cwd: apt });
  await systemProcesses.run('mv', [path.join(apt, file), deb]);
  await systemProcesses.run('dpkg', ['-x', deb, home]);
}

/** Runs a kubectl against one cluster, with nothing of the user's own configuration. */
export function kubectlFor(
  kubectl: Kubectl,
  kubeconfig: string,
): (args: readonly string[], options?: RunOptions) => Promise<RunResult> {
  return (args, options = {}) =>
    systemProcesses.run(kubectl.path, args, {
      ...options,
      env: { KUBECONFIG: kubeconfig, HOME: path.dirname(kubeconfig), ...options.env },
    });
}

// Image archives in the format of `docker save`, made without an engine, so that no stand-in gets into the desktop's
// own images under a public name.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';

/** One file of a layer: its content, a file to copy, a link's target, or a folder. */
export type Entry =
  | { readonly path: string; readonly mode?: number; readonly content: string }
  | { readonly path: string; readonly mode?: number; readonly file: string }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly mode?: number; readonly folder: true };

export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Writes `entries` as a layer. */
export async function writeLayer(target: string, entries: readonly Entry[]): Promise<void> {
  await writeTar(target, async (tar) => {
    for (const entry of entries) {
      const common = { name: entry.path, mtime: new Date(0) };
      if ('link' in entry) {
        tar.entry({ ...common, type: 'symlink', linkname: entry.link });
      } else if ('folder' in entry) {
        tar.entry({ ...common, type: 'directory', mode: entry.mode ?? 0o755 });
      } else if ('content' in entry) {
        tar.entry({ ...common, mode: entry.mode ?? 0o644 }, entry.content);
      } else {
        await addFile(tar, { ...common, mode: entry.mode ?? 0o755 }, entry.file);
      }
    }
  });
}

/** Writes the image `reference` of `layers`, each a file. */
export async function writeImage(
  target: string,
  reference: string,
  layers: readonly string[],
  config: ImageConfig,
): Promise<void> {
  const digests = await Promise.all(layers.map(digestOf));
  const image = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: [PATH], ...config },
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
  });
  const configName = `${createHash('sha256').update(image).digest('hex')}.json`;
  const manifest = [
    { Config: configName, RepoTags: [reference], Layers: digests.map((digest) => `${digest}/layer.tar`) },
  ];
  await writeTar(target, async (tar) => {
    tar.entry({ name: configName }, image);
    for (const [index, layer] of layers.entries()) {
      await addFile(tar, { name: `${digests[index] ?? ''}/layer.tar` }, layer);
    }
    tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  });
}

async function writeTar(target: string, fill: (tar: Pack) => Promise<void>): Promise<void> {
  const tar = pack();
  const half = `${target}.part`;
  await Promise.all([
    pipeline(tar, createWriteStream(half)),
    fill(tar).then(
      () => tar.finalize(),
      (error: unknown) => tar.destroy(error as Error),
    ),
  ]);
  await rename(half, target);
}

async function addFile(
  tar: Pack,
  header: { readonly name: string; readonly mode?: number; readonly mtime?: Date },
  file: string,
): Promise<void> {
  const { size } = await stat(file);
  await pipeline(createReadStream(file), tar.entry({ ...header, size }));
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type Pack } from 'tar-stream';

/** A file or a folder as a tar archive, in which it is called `name` and belongs to root. Rejects as it is read. */
export async function* packFiles(file: string, name: string): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const filled = add(tar, file, name).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error as Error),
  );
  yield* tar as AsyncIterable<Uint8Array>;
  await filled;
}

async function add(tar: Pack, file: string, name: string): Promise<void> {
  const found = await lstat(file);
  const header = { name, mode: found.mode & 0o777, mtime: found.mtime };
  if (found.isDirectory()) {
    tar.entry({ ...header, name: `${name}/`, type: 'directory' });
    for (const child of (await readdir(file)).sort()) {
      await add(tar, path.join(file, child), `${name}/${child}`);
    }
  } else if (found.isSymbolicLink()) {
    tar.entry({ ...header, type: 'symlink', linkname: await readlink(file) });
  } else if (found.isFile()) {
    const { size } = found;
    if (size === 0) tar.entry(header, '');
    // Data that are written to it now come too late.
    else await pipeline(createReadStream(file, { end: size - 1 }), tar.entry({ ...header, size }));
  } else {
    throw new Error(`${file} is neither a file nor a folder`);
  }
}

/**
 * Unpacks files and folders below `folder`; `rename` gives each a name there. The archive is not trusted: a name that
 * leads elsewhere rejects, and links and devices are left out and told to `onLeftOut`.
 */
export async function unpackFiles(
  archive: Readable,
  folder: string,
  rename: (name: string) => string,
  onLeftOut: (name: string) => void,
): Promise<void> {
  const tar = extract();
  const feeding = pipeline(archive, tar);
  // Errors of the archive are thrown by the loop.
  feeding.catch(() => undefined);
  for await (const entry of tar) {
    const { name, type, mode } = entry.header;
    const target = path.join(folder, ...partsOf(rename(name), name));
    if (type === 'directory') {
      await mkdir(target, { recursive: true });
      entry.resume();
    } else if (type === 'file' || type === 'contiguous-file') {
      await mkdir(path.dirname(target), { recursive: true });
      await pipeline(entry, createWriteStream(target, { mode: mode & 0o777 }));
    } else {
      onLeftOut(name);
      entry.resume();
    }
  }
  await feeding;
}

function partsOf(renamed: string, name: string): readonly string[] {
  const parts = renamed.split('/').filter((part) => part !== '' && part !== '.');
  const leadsAway =
    path.isAbsolute(renamed) || parts.some((part) => part === '..' || part !== path.basename(part));
  if (leadsAway || parts.length === 0)
    throw new Error(`the archive has a file ${JSON.stringify(name)}, which leads elsewhere`);
  return parts;
}

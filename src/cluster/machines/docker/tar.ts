import { pack } from 'tar-stream';

/** Small files as one tar archive in memory, owned by root. */
export async function tarOf(
  files: readonly { readonly path: string; readonly content: string; readonly mode?: number }[],
): Promise<Buffer> {
  const tar = pack();
  const chunks: Buffer[] = [];
  const done = new Promise<void>((resolve, reject) => {
    tar.on('data', (chunk: unknown) => chunks.push(chunk as Buffer));
    tar.once('end', () => resolve());
    tar.once('error', reject);
  });
  for (const { path, content, mode = 0o644 } of files) {
    tar.entry({ name: path.replace(/^\/+/, ''), mode, uid: 0, gid: 0, mtime: new Date(0) }, content);
  }
  tar.finalize();
  await done;
  return Buffer.concat(chunks);
}

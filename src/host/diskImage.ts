import { open, readFile } from 'node:fs/promises';

/** Makes a file of this many bytes that takes no room yet. */
export async function createSparse(file: string, bytes: number): Promise<void> {
  const handle = await open(file, 'w');
  await handle.truncate(bytes).finally(() => handle.close());
}

/** Writes pieces into a file that is there, each at its offset in bytes; the rest of it stays. */
export async function writeInto(
  file: string,
  pieces: readonly { readonly offset: number; readonly content: Uint8Array }[],
): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    for (const { offset, content } of pieces) await handle.write(content, 0, content.length, offset);
  } finally {
    await handle.close();
  }
}

export async function readWhole(file: string): Promise<Uint8Array> {
  return readFile(file);
}

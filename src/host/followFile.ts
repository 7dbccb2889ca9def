import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isAborted } from '../base/abort.ts';

const CHUNK = 64 * 1024;

/**
 * The end of a text file (its last `tail` bytes, from a line's beginning), then what is added to it, as it comes,
 * until aborted. A file that is missing is waited for; one that was started over (shorter, or another of the same name)
 * is read from its beginning. The folder must exist.
 */
export async function* followFile(file: string, tail: number, signal: AbortSignal): AsyncGenerator<string> {
  let wake: () => void = () => undefined;
  // The folder is watched, not the file: it may be missing, or be replaced.
  const watcher = watch(path.dirname(file), () => wake());
  watcher.on('error', () => wake());
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  const reader = new FileReader(file, tail);
  try {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      for (let text = await reader.read(); text !== undefined; text = await reader.read()) {
        if (text !== '') yield text;
        if (isAborted(signal)) return;
      }
      if (!isAborted(signal)) await changed;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    watcher.close();
    await reader.close();
  }
}

class FileReader {
  readonly #file: string;
  readonly #tail: number;
  #handle: FileHandle | undefined;
  #inode = 0n;
  #position = -1;
  #inMidLine = false;
  #decoder = new StringDecoder('utf8');

  constructor(file: string, tail: number) {
    this.#file = file;
    this.#tail = tail;
  }

  /** The data that were not read yet; undefined if there are none. */
  async read(): Promise<string | undefined> {
    await this.#reopen();
    if (this.#handle === undefined) return undefined;
    const { bytesRead, buffer } = await this.#handle.read(Buffer.alloc(CHUNK), 0, CHUNK, this.#position);
    if (bytesRead === 0) return undefined;
    this.#position += bytesRead;
    const text = this.#decoder.write(buffer.subarray(0, bytesRead));
    if (!this.#inMidLine) return text;
    this.#inMidLine = false;
    return text.slice(text.indexOf('\n') + 1);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #reopen(): Promise<void> {
    const next = await open(this.#file, 'r').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (next === undefined) {
      // One that comes later is read from its beginning.
      if (this.#position === -1) this.#position = 0;
      return;
    }
    const { ino, size } = await next.stat({ bigint: true });
    if (this.#handle !== undefined && ino === this.#inode && Number(size) >= this.#position) {
      await next.close();
      return;
    }
    await this.close();
    this.#handle = next;
    this.#inode = ino;
    // The first time only its end is of interest; of one that was started over all of it.
    this.#inMidLine = this.#position === -1 && Number(size) > this.#tail;
    this.#position = this.#inMidLine ? Number(size) - this.#tail : 0;
    this.#decoder = new StringDecoder('utf8');
  }
}

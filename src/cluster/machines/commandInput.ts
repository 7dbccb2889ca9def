import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Of what a command on a machine says, the end is kept. */
const MAX_OUTPUT = 16 * 1024;

/**
 * Feeds a command on a machine with `input` until it has ended. Rejects with the failure of `input` where that fails,
 * with the signal's reason where it aborts.
 */
export async function fedUntilEnd<T>(
  input: AsyncIterable<Uint8Array>,
  stdin: Writable,
  ended: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let failed: { readonly error: unknown } | undefined;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* input;
    } catch (error) {
      failed = { error };
      throw error;
    }
  };
  ended.catch(() => undefined);
  // A command that ends early closes its input: how it ended says why.
  await pipeline(source, stdin, { signal }).catch(() => undefined);
  const end = await ended.catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  signal.throwIfAborted();
  if (failed !== undefined) throw failed.error;
  return end;
}

/** What a command says, on all of these streams: its end. */
export function outputOf(...streams: readonly NodeJS.ReadableStream[]): () => string {
  let output = '';
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-MAX_OUTPUT)));
  }
  return () => output.trim();
}

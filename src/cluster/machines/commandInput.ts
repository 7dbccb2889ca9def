import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandStreams } from './contract.ts';

/** How much of the end of a command's output is kept. */
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
  // A command that ends early closes its input, and how it ended says why: it is not waited for what might still come.
  const over = new AbortController();
  const feeding = { signal: AbortSignal.any([signal, over.signal]) };
  void pipeline(source, stdin, feeding).catch(() => undefined);
  const end = await ended
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    })
    .finally(() => over.abort());
  signal.throwIfAborted();
  if (failed !== undefined) throw failed.error;
  return end;
}

/** Runs a command that is fed with `input`; its code and the end of what it said on both outputs. */
export async function heard(
  input: AsyncIterable<Uint8Array>,
  run: (streams: CommandStreams) => Promise<number>,
): Promise<{ readonly code: number; readonly output: string }> {
  const said = new PassThrough();
  let output = '';
  said.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-MAX_OUTPUT)));
  const code = await run({ input, output: said, errors: said });
  return { code, output: output.trim() };
}

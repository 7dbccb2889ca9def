import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileBytes, fileExists, makeFolder, readChunks, removeAll } from './files.ts';

export interface DownloadOptions {
  /** In hex: what comes must have it. */
  readonly sha512: string;
  readonly signal: AbortSignal;
  /** From 0 to 1, where the length is known. */
  readonly onProgress?: (fraction: number) => void;
}

/** The download does not match its digest and is removed. */
export class WrongDigestError extends Error {
  override readonly name = 'WrongDigestError';
}

/**
 * Makes sure of a file that is somewhere on the web: one that is there with the right digest is taken, one that was
 * broken off goes on where it ended. Rejects where it cannot be had, and keeps what has come for the next time.
 */
export async function download(url: string, target: string, options: DownloadOptions): Promise<void> {
  const { sha512, signal } = options;
  if ((await fileExists(target)) && (await digestOf(target)) === sha512) return;
  await makeFolder(path.dirname(target));
  const part = `${target}.part`;
  await fetchRest(url, part, options);
  signal.throwIfAborted();
  const found = await digestOf(part);
  if (found !== sha512) {
    await removeAll(part);
    throw new WrongDigestError(
      `${url} has the SHA-512 ${found.slice(0, 16)}…, and not ${sha512.slice(0, 16)}…`,
    );
  }
  await rename(part, target);
}

async function fetchRest(url: string, part: string, { signal, onProgress }: DownloadOptions): Promise<void> {
  const have = await fileBytes(part);
  const response = await fetch(url, {
    signal,
    ...(have === 0 ? {} : { headers: { range: `bytes=${have}-` } }),
  });
  // All of it is there: the digest tells whether it is.
  if (response.status === 416) {
    await response.body?.cancel();
    return;
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url} answers ${response.status} ${response.statusText}`.trim());
  }
  const goesOn = response.status === 206;
  let done = goesOn ? have : 0;
  const total = done + Number(response.headers.get('content-length') ?? 0);
  const body = Readable.fromWeb(response.body);
  body.on('data', (chunk: Uint8Array) => {
    done += chunk.length;
    if (total > 0) onProgress?.(Math.min(done / total, 1));
  });
  await pipeline(body, createWriteStream(part, { flags: goesOn ? 'a' : 'w', mode: 0o600 }), { signal });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of readChunks(file)) hash.update(chunk);
  return hash.digest('hex');
}

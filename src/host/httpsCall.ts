import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';

export interface HttpsCallOptions {
  readonly url: string;
  readonly method: string;
  /** The only trusted root, PEM. */
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** One small HTTPS request, for what needs no client: is it there, stop. Rejects where nobody answers. */
export async function httpsCall(options: HttpsCallOptions): Promise<{ code: number; body: string }> {
  const response = await send(options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { code: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}

/**
 * A request whose answer never ends: `closed` resolves when the other side has gone. The signal counts until the answer
 * begins: what is held is let go with `release`.
 */
export async function httpsHold(
  options: HttpsCallOptions,
): Promise<{ code: number; closed: Promise<void>; release(): void }> {
  const response = await begin(options);
  const closed = new Promise<void>((resolve) => {
    response.once('close', () => resolve());
    response.once('error', () => resolve());
    response.resume();
  });
  return { code: response.statusCode ?? 0, closed, release: () => response.destroy() };
}

async function begin({ signal, ...options }: HttpsCallOptions): Promise<IncomingMessage> {
  signal?.throwIfAborted();
  const call = new AbortController();
  const abort = (): void => call.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await send({ ...options, signal: call.signal });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function send(options: HttpsCallOptions): Promise<IncomingMessage> {
  const { url, method, ca, cert, key, signal } = options;
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method,
        ca,
        agent: false,
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(signal === undefined ? {} : { signal }),
      },
      resolve,
    );
    call.once('error', reject);
    call.end();
  });
}

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

/** A request whose answer never ends: `closed` resolves when the other side has gone. */
export async function httpsHold(
  options: HttpsCallOptions,
): Promise<{ code: number; closed: Promise<void>; release(): void }> {
  const response = await send(options);
  const closed = new Promise<void>((resolve) => {
    response.once('close', () => resolve());
    response.once('error', () => resolve());
    response.resume();
  });
  return { code: response.statusCode ?? 0, closed, release: () => response.destroy() };
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

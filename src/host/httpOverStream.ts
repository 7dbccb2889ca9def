import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { bodyFraming } from './bodyFraming.ts';

export interface StreamRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
}

export interface StreamResponse {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** One HTTP/1.1 request on a connection that somebody else made; the connection ends with the response. */
export function requestOver(connection: Duplex, options: StreamRequest): Promise<StreamResponse> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => connection,
      method: options.method,
      path: options.path,
      headers: { ...options.headers, ...bodyFraming(options.headers, options.body), connection: 'close' },
      signal: options.signal,
    });
    request.once('error', (error) => {
      connection.destroy();
      reject(error);
    });
    request.once('response', (response) => {
      response.once('close', () => connection.destroy());
      resolve({ code: response.statusCode ?? 502, headers: response.headers, body: response });
    });
    if (options.body === undefined) request.end();
    else void sendStream(options.body, request);
  });
}

/** TLS on a connection that somebody else made. The other end's certificate is not checked: pods have their own. */
export function tlsOver(connection: Duplex): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ socket: connection, rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

/** Sends a body as fast as the other side takes it. A body that fails ends the request. */
export async function sendStream(body: AsyncIterable<Uint8Array>, request: ClientRequest): Promise<void> {
  try {
    for await (const chunk of body) {
      if (!request.write(chunk)) await new Promise((resolve) => request.once('drain', resolve));
    }
    request.end();
  } catch (error) {
    request.destroy(error as Error);
  }
}

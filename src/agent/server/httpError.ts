import type { Http2ServerResponse } from 'node:http2';
import { StatusError } from '../../api/status.ts';
import type { Logger } from '../../base/logger.ts';

/** An answer that is an error: kubelet's texts, which the API server shows to the user. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: number;
  constructor(code: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export function sendError(response: Http2ServerResponse, error: unknown, logger: Logger): void {
  const code = error instanceof HttpError || error instanceof StatusError ? error.code : undefined;
  if (code === undefined) logger.warn('request failed', { error });
  if (response.headersSent) {
    response.stream.destroy();
    return;
  }
  response.writeHead(code ?? 500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(error instanceof Error ? error.message : String(error));
}

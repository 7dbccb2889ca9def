import { gzip } from 'node:zlib';
import type { ApiResponse, Written } from '../../api/request.ts';
import type { Status, StatusError } from '../../api/status.ts';
import type { HttpRequest, HttpResponse, TlsPeer } from '../../host/httpsListener.ts';
import type { ListResponse } from '../registry/list.ts';
import type { ChunkPool } from './chunkPool.ts';
import type { Departure } from './departure.ts';
import { type EncodedBody, encodeList, encodeObject, framesOf, streamType } from './encodings.ts';
import { linesOf } from './eventLines.ts';
import { listBody, wholeList, writeList } from './listBody.ts';

/** As upstream's `defaultGzipThresholdBytes`. */
const GZIP_MIN_BYTES = 128 * 1024;
/** Lists beyond this are written in pieces. */
const PIECES_MIN_BYTES = 128 * 1024;
const JSON_TYPE = 'application/json';
const CACHE_CONTROL = 'no-cache, private';

type Headers = Record<string, string | number | string[]>;

/** The client that gets an answer, and the means to send it. */
export interface Destination {
  readonly peer: TlsPeer;
  readonly departure: Departure;
  readonly chunks: ChunkPool;
}

/** Writes an answer to the connection; what takes longer gives a promise, which rejects where the connection fails. */
export function writeResponse(
  request: HttpRequest,
  response: HttpResponse,
  answer: ApiResponse,
  to: Destination,
): Promise<void> | undefined {
  switch (answer.type) {
    case 'object': {
      const { bytes, contentType } = bodyOf(answer);
      const headers = headersOf(bytes.length, answer.warnings, contentType);
      if (answer.code >= 429) addRetryAfter(headers, answer.object as Status);
      writeBody(request, response, answer.code, bytes, to.peer, headers);
      return undefined;
    }
    case 'list':
      return writeListAnswer(request, response, answer, to);
    case 'watch':
      return writeWatch(response, answer, to.departure.signal);
    case 'raw':
      return writeRaw(request, response, answer, to.departure.signal);
    case 'upgrade':
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('you must specify Upgrade headers\n');
      return undefined;
  }
}

function bodyOf(answer: Extract<ApiResponse, { type: 'object' }>): EncodedBody {
  if (isEncoded(answer)) return encodeObject(answer.object, answer);
  return { bytes: answer.bytes ?? Buffer.from(JSON.stringify(answer.object)), contentType: JSON_TYPE };
}

/** Whether the client wants anything but JSON in one line, of which the bytes are at hand. */
const isEncoded = ({ encoding, pretty }: Written): boolean => encoding !== undefined || pretty === true;

/** For failures that never reached the handler. */
export function writeError(response: HttpResponse, error: StatusError): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const body = Buffer.from(JSON.stringify(error.status));
  response.writeHead(error.code, headersOf(body.length, undefined));
  response.end(body);
}

async function writeListAnswer(
  request: HttpRequest,
  response: HttpResponse,
  list: ListResponse,
  { peer, departure, chunks }: Destination,
): Promise<void> {
  if (isEncoded(list)) {
    const { bytes, contentType } = encodeList(list);
    writeBody(request, response, 200, bytes, peer, headersOf(bytes.length, list.warnings, contentType));
    return;
  }
  const body = listBody(list);
  const headers = headersOf(body.length, list.warnings);
  if (body.length <= PIECES_MIN_BYTES || (!peer.loopback && acceptsGzip(request))) {
    writeBody(request, response, 200, wholeList(body), peer, headers);
    return;
  }
  response.writeHead(200, headers);
  await writeList(response, body, chunks, () => drained(response), departure.signal);
}

function writeBody(
  request: HttpRequest,
  response: HttpResponse,
  code: number,
  body: Uint8Array,
  peer: TlsPeer,
  headers: Headers,
): void {
  if (body.length <= GZIP_MIN_BYTES || peer.loopback || !acceptsGzip(request)) {
    send(response, code, body, headers);
    return;
  }
  gzip(body, { level: 1 }, (error, packed) => {
    if (error === null) {
      headers['content-encoding'] = 'gzip';
      headers['content-length'] = packed.length;
      headers.vary = 'Accept-Encoding';
    }
    send(response, code, error === null ? packed : body, headers);
  });
}

function send(response: HttpResponse, code: number, body: Uint8Array, headers: Headers): void {
  response.writeHead(code, headers);
  response.end(body);
}

function headersOf(
  length: number,
  warnings: readonly string[] | undefined,
  contentType = JSON_TYPE,
): Headers {
  const headers: Headers = {
    'cache-control': CACHE_CONTROL,
    'content-type': contentType,
    'content-length': length,
  };
  addWarnings(headers, warnings);
  return headers;
}

function addWarnings(headers: Headers, warnings: readonly string[] | undefined): void {
  if (warnings !== undefined && warnings.length > 0) headers.warning = warnings.map(warningHeader);
}

/** Clients wait this long by themselves before they ask again. */
function addRetryAfter(headers: Headers, { details }: Status): void {
  if (details?.retryAfterSeconds !== undefined) headers['retry-after'] = details.retryAfterSeconds;
}

/** RFC 7234 `299 - "text"`, as apimachinery `NewWarningHeader` makes it. */
function warningHeader(text: string): string {
  const printable = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/[^\x20-\x7e]/g, (char) => encodeURIComponent(char));
  return `299 - "${printable}"`;
}

function acceptsGzip(request: HttpRequest): boolean {
  const accepted = request.headers['accept-encoding'];
  return typeof accepted === 'string' && accepted.includes('gzip');
}

async function writeWatch(
  response: HttpResponse,
  answer: Extract<ApiResponse, { type: 'watch' }>,
  signal: AbortSignal,
): Promise<void> {
  const { events, warnings, encoding } = answer;
  const bytesOf = encoding === 'protobuf' ? framesOf : linesOf;
  const headers: Headers = { 'cache-control': CACHE_CONTROL, 'content-type': streamType(answer) };
  addWarnings(headers, warnings);
  response.writeHead(200, headers);
  // The client learns that the watch stands before the first event comes.
  response.flushHeaders();
  for await (const batch of events) {
    if (signal.aborted) return;
    if (!response.write(bytesOf(batch))) await drained(response);
  }
  response.end();
}

async function writeRaw(
  request: HttpRequest,
  response: HttpResponse,
  answer: Extract<ApiResponse, { type: 'raw' }>,
  signal: AbortSignal,
): Promise<void> {
  const { body } = answer;
  const headers: Record<string, string | number> = { 'cache-control': CACHE_CONTROL, ...answer.headers };
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    headers['content-length'] ??= bytes.length;
    response.writeHead(answer.code, headers);
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return;
  }
  response.writeHead(answer.code, headers);
  response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Resolves when the connection takes more, or is gone. */
function drained(response: HttpResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.removeListener('drain', done);
      response.removeListener('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

import { causeOfHeaders } from '../../api/cause.ts';
import type { ApiRequest, RequestBody } from '../../api/request.ts';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { unauthorized } from '../../api/status.ts';
import type { HttpRequest, TlsPeer } from '../../host/httpsListener.ts';
import type { Departure } from './departure.ts';

/** The request record but for body and signal. */
export type RequestHead = Omit<ApiRequest, 'body' | 'signal' | 'user'> & { readonly method: string };

/** @throws StatusError Unauthorized for a certificate of another CA */
export function requestHead(request: HttpRequest, peer: TlsPeer): RequestHead {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const search = mark < 0 ? '' : url.slice(mark);
  const query = new URLSearchParams(search);
  const headers = request.headers as Readonly<Record<string, string | undefined>>;
  if (peer.refused && headers.authorization === undefined) throw unauthorized();
  const method = request.method ?? 'GET';
  return {
    info: resolveRequestInfo(method, path, query),
    method,
    query,
    search,
    headers,
    certificate: peer.certificate,
    cause: headers.tracestate === undefined ? undefined : causeOfHeaders(headers),
  };
}

/** A request that came over HTTP. */
export class HttpApiRequest implements ApiRequest {
  readonly info: ApiRequest['info'];
  readonly method: string;
  readonly query: URLSearchParams;
  readonly search: string | undefined;
  readonly headers: ApiRequest['headers'];
  readonly body: RequestBody;
  readonly certificate: ApiRequest['certificate'];
  readonly cause: ApiRequest['cause'];
  readonly #departure: Departure;

  constructor(head: RequestHead, body: RequestBody, departure: Departure) {
    this.info = head.info;
    this.method = head.method;
    this.query = head.query;
    this.search = head.search;
    this.headers = head.headers;
    this.body = body;
    this.certificate = head.certificate;
    this.cause = head.cause;
    this.#departure = departure;
  }

  get signal(): AbortSignal {
    return this.#departure.signal;
  }
}

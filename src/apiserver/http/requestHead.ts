import { causeOfHeaders } from '../../api/cause.ts';
import type { ApiRequest, RequestBody, UserInfo } from '../../api/request.ts';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { unauthorized } from '../../api/status.ts';
import type { HttpRequest, TlsPeer } from '../../host/httpsListener.ts';
import { IncomingBody } from './body.ts';
import type { Departure } from './departure.ts';

/** The request record but for body and signal. */
export type RequestHead = Omit<ApiRequest, 'body' | 'receive' | 'signal' | 'user' | 'identified'> & {
  readonly method: string;
};

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
    peerAddress: peer.address,
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
  readonly certificate: ApiRequest['certificate'];
  readonly cause: ApiRequest['cause'];
  readonly peerAddress: string | undefined;
  readonly #peer: TlsPeer;
  readonly #departure: Departure;
  readonly #incoming: IncomingBody | undefined;
  #body: RequestBody;

  /** `body`: one that is read when somebody may send it, or one that is not read here. */
  constructor(head: RequestHead, body: RequestBody | IncomingBody, departure: Departure, peer: TlsPeer) {
    this.info = head.info;
    this.method = head.method;
    this.query = head.query;
    this.search = head.search;
    this.headers = head.headers;
    this.certificate = head.certificate;
    this.cause = head.cause;
    this.peerAddress = head.peerAddress;
    this.#peer = peer;
    this.#departure = departure;
    this.#incoming = body instanceof IncomingBody ? body : undefined;
    this.#body = body instanceof IncomingBody ? NO_BODY : body;
  }

  get body(): RequestBody {
    return this.#body;
  }

  receive(user: UserInfo): Promise<void> | undefined {
    return this.#incoming?.read(user).then((body) => {
      this.#body = body;
    });
  }

  identified(): void {
    this.#peer.identified();
  }

  get signal(): AbortSignal {
    return this.#departure.signal;
  }
}

export const NO_BODY: RequestBody = { type: 'none' };

import { causeOfHeaders } from '../../api/cause.ts';
import type { ApiRequest } from '../../api/request.ts';
import { resolveRequestInfo } from '../../api/requestInfo.ts';
import { unauthorized } from '../../api/status.ts';
import type { HttpRequest, TlsPeer } from '../../host/httpsListener.ts';

/** The request record without body and signal. @throws StatusError Unauthorized for a certificate of another CA */
export function requestHead(request: HttpRequest, peer: TlsPeer): Omit<ApiRequest, 'body' | 'signal'> {
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

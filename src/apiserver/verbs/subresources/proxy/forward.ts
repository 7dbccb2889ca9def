import type { Duplex } from 'node:stream';
import { setOwnProperty } from '../../../../base/ownProperty.ts';
import type { ApiResponse } from '../../../../api/request.ts';
import { serviceUnavailable, StatusError } from '../../../../api/status.ts';
import { requestOver, tlsOver } from '../../../../host/httpOverStream.ts';
import type { Exchange } from '../../../exchange.ts';
import type { HandlerOptions } from '../../handler.ts';
import { upgradeInto, wantsUpgrade } from '../tunnel.ts';
import { rewriteLinks } from './html.ts';
import type { Location } from '../../../location.ts';

/** Hop by hop (RFC 9110 7.6.1), ours alone, or rebuilt. */
const DROPPED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|sec-websocket-.*|authorization|impersonate-.*|host|:.*)$/;

/** Sends a request on to a pod and its answer back. Redirects and HTML links are made to stay below the proxy. */
export async function forward(
  options: HandlerOptions,
  exchange: Exchange,
  location: Location,
): Promise<ApiResponse> {
  const redirect = missingSlash(exchange);
  if (redirect !== undefined) return redirect;
  const { request } = exchange;
  const host = `${location.host.includes(':') ? `[${location.host}]` : location.host}:${location.port}`;
  const path = targetPath(exchange);
  try {
    const connection = await dial(options, location, exchange.signal);
    if (wantsUpgrade(exchange)) return upgradeInto(connection, path, host);
    const answer = await requestOver(connection, {
      method: methodOf(exchange),
      path,
      headers: { ...forwarded(request.headers), host },
      body: request.body.type === 'stream' ? request.body.stream : undefined,
      signal: exchange.signal,
    });
    return await answered(answer, proxyPrefix(exchange));
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw serviceUnavailable(
      `error trying to reach service: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** GET and HEAD of the bare proxy path go to the path with a slash, on which relative links build. */
export function missingSlash(exchange: Exchange): ApiResponse | undefined {
  const { info } = exchange.request;
  const method = methodOf(exchange);
  if (info.rest !== '' || (method !== 'GET' && method !== 'HEAD') || wantsUpgrade(exchange)) return undefined;
  const location = `${info.path}/${queryText(exchange)}`;
  return { type: 'raw', code: 301, headers: { location }, body: '' };
}

/** The path that the target sees, with the query. */
export function targetPath(exchange: Exchange): string {
  const { rest } = exchange.request.info;
  return `${rest === '' ? '/' : rest}${queryText(exchange)}`;
}

export function methodOf({ request }: Exchange): string {
  return request.method ?? 'GET';
}

/** Request headers that go on to the target. */
export function forwarded(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !DROPPED.test(name)) setOwnProperty(kept, name, value);
  }
  return kept;
}

function queryText({ request }: Exchange): string {
  if (request.search !== undefined) return request.search;
  const text = request.query.toString();
  return text === '' ? '' : `?${text}`;
}

function proxyPrefix({ request }: Exchange): string {
  const { path, rest } = request.info;
  return rest === '' ? path : path.slice(0, path.length - rest.length);
}

async function dial(options: HandlerOptions, location: Location, signal: AbortSignal): Promise<Duplex> {
  const connection = await options.nodes.connect(location.node, location.host, location.port, signal);
  return location.tls ? tlsOver(connection) : connection;
}

async function answered(
  answer: Awaited<ReturnType<typeof requestOver>>,
  prefix: string,
): Promise<ApiResponse> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !DROPPED.test(name))
      setOwnProperty(headers, name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (headers.location?.startsWith('/') === true) headers.location = prefix + headers.location;
  const isHtml = headers['content-type']?.startsWith('text/html') === true;
  if (!isHtml || headers['content-encoding'] !== undefined) {
    return { type: 'raw', code: answer.code, headers, body: answer.body };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  // Latin-1 keeps every byte as it is, whatever the page's own encoding.
  const html = rewriteLinks(Buffer.concat(chunks).toString('latin1'), prefix);
  const body = Buffer.from(html, 'latin1');
  headers['content-length'] = String(body.length);
  return { type: 'raw', code: answer.code, headers, body };
}

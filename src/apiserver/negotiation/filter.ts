import type { ApiRequest, ApiResponse } from '../../api/request.ts';
import { textOption } from '../../api/queryOptions.ts';
import type { Exchange, Filter, Next } from '../exchange.ts';
import type { ResourceTable } from '../resources/table.ts';
import { type Encoding, negotiate, notAcceptable, type Offer } from './negotiate.ts';

const SUBRESOURCES = new Set([
  '',
  'status',
  'scale',
  'ephemeralcontainers',
  'resize',
  'binding',
  'eviction',
  'finalize',
  'token',
]);

/** Tools that people read with. */
const READERS = /^(?:curl|Wget|Mozilla\/5\.0)/;

/** A client that takes nothing that can be answered is told so at once (406). */
export function acceptable(resources: ResourceTable): Filter {
  return (exchange, next) => {
    const { info, headers } = exchange.request;
    if (headers.accept === undefined || !info.isResourceRequest || !SUBRESOURCES.has(info.subresource)) {
      return next(exchange);
    }
    // This server does not decide for resources that another server serves, or none.
    if (resources.snapshot.find(info.group, info.version, info.resource) === undefined) return next(exchange);
    const offer = offerFor(exchange, resources);
    if (negotiate(headers.accept, offer) === undefined) throw notAcceptable(offer);
    return next(exchange);
  };
}

/**
 * Outermost: notes in which encoding the client wants the answer, errors too. JSON that is not indented is what
 * everything is made for, and is not noted.
 */
export function encoded(resources: ResourceTable): Filter {
  return (exchange, next) => {
    const { headers, query } = exchange.request;
    const { accept } = headers;
    const plain = accept === undefined || accept === 'application/json';
    return plain && !query.has('pretty') && !isReader(headers) ? next(exchange) : encode(exchange, next);
  };

  async function encode(exchange: Exchange, next: Next): Promise<ApiResponse> {
    const response = await next(exchange);
    const { accept } = exchange.request.headers;
    if (response.type === 'raw' || response.type === 'upgrade') return response;
    const negotiated = negotiate(accept, offerFor(exchange, resources));
    const encoding = negotiated?.encoding ?? 'json';
    const pretty = encoding === 'json' && (negotiated?.pretty === true || isPretty(exchange.request));
    return encoding === 'json' && !pretty ? response : withEncoding(response, encoding, pretty);
  }
}

type Written = Exclude<ApiResponse, { type: 'raw' | 'upgrade' }>;

function withEncoding(response: Written, encoding: Encoding, pretty: boolean): ApiResponse {
  if (response.type !== 'object') return { ...response, encoding, pretty };
  // Entries give their object and bytes when they are asked for them.
  const { code, object, warnings } = response;
  return { type: 'object', code, object, encoding, pretty, ...(warnings === undefined ? {} : { warnings }) };
}

/** What can be answered to a request: objects of a custom kind have no protobuf. */
export function offerFor({ request }: Exchange, resources: ResourceTable): Offer {
  const { info } = request;
  const stream = info.isResourceRequest && info.verb === 'watch';
  if (!info.isResourceRequest) return { protobuf: true, stream, forms: false };
  const served = resources.snapshot.find(info.group, info.version, info.resource);
  const main = info.subresource === '' || info.subresource === 'status';
  return {
    protobuf: served === undefined || served.schema.message !== undefined,
    stream,
    forms: main && served !== undefined && served.verbs.has('get'),
  };
}

/** apiserver `negotiation/negotiate.go` isPrettyPrint: what is asked for, else whether a person will read it. */
function isPretty({ query, headers }: Pick<ApiRequest, 'query' | 'headers'>): boolean {
  const asked = textOption(query, 'pretty');
  return asked === '' ? isReader(headers) : /^(?:1|t|T|true|TRUE|True)$/.test(asked);
}

function isReader(headers: ApiRequest['headers']): boolean {
  const agent = headers['user-agent'];
  return agent !== undefined && READERS.test(agent);
}

import { StatusError } from '../../api/status.ts';
import { mediaTypes } from '../discovery/mediaTypes.ts';
import type { Filter } from '../exchange.ts';

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
const JSON_TYPES = new Set(['application/json', 'application/*', '*/*']);

/** Objects are answered as JSON alone: a client that takes no JSON is told so at once (406). */
export const acceptable: Filter = (exchange, next) => {
  const { info, headers } = exchange.request;
  const { accept } = headers;
  if (accept === undefined || !info.isResourceRequest || !SUBRESOURCES.has(info.subresource)) {
    return next(exchange);
  }
  const wanted = mediaTypes(accept);
  if (wanted.length === 0 || wanted.some(({ type }) => JSON_TYPES.has(type))) return next(exchange);
  throw new StatusError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;stream=watch',
  );
};

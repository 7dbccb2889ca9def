import type { Draft } from '../../api/meta.ts';
import type { RequestBody } from '../../api/request.ts';
import { badRequest } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import type { Served } from '../registry/served.ts';
import type { FieldValidation } from './writeOptions.ts';

/** A request's body as an object that the caller may change. */
export function decodeBody(body: RequestBody): unknown {
  switch (body.type) {
    case 'object':
      return body.object;
    case 'bytes':
      try {
        return JSON.parse(new TextDecoder().decode(body.bytes));
      } catch (error) {
        throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
      }
    default:
      return undefined;
  }
}

/** The object of a write, checked to be of the address's kind. */
export function decodeObject(exchange: Exchange, served: Served, _validation: FieldValidation): Draft {
  const draft = decodeBody(exchange.request.body) as Draft | undefined;
  if (draft === undefined) throw badRequest('no body');
  draft.apiVersion ||= served.apiVersion;
  draft.kind ||= served.resource.kind;
  if (draft.kind !== served.resource.kind) {
    throw badRequest(
      `${draft.kind} in version "${draft.apiVersion}" cannot be handled as a ${served.resource.kind}`,
    );
  }
  if (draft.apiVersion !== served.apiVersion) {
    throw badRequest(
      `the API version in the data (${draft.apiVersion}) does not match the expected API version (${served.apiVersion})`,
    );
  }
  (draft as { metadata?: Draft['metadata'] }).metadata ??= {};
  return draft;
}

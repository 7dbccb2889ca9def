import { fillParts, type Schema } from '../../../api/schema/index.ts';
import { badRequest } from '../../../api/status.ts';
import type { Exchange } from '../../exchange.ts';
import { checkTypeMeta, decodeBody } from '../decode.ts';

interface Body {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/**
 * The body of a POST to a subresource, brought into the form of its schema. `kind` may be left out.
 * @throws StatusError BadRequest for another kind, a value of a wrong type, a name that is not the URL's
 */
export function subresourceBody<T>(
  exchange: Exchange,
  expected: { readonly kind: string; readonly schema: Schema },
): T {
  const body = decodeBody(exchange.request.body, { apiVersion: undefined, ...expected }) as
    Body | null | undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind})`);
  }
  checkTypeMeta(body);
  if (body.kind !== undefined && body.kind !== expected.kind) {
    throw badRequest(`${body.kind} cannot be handled as a ${expected.kind}`);
  }
  const { typeError } = expected.schema.conform(body);
  if (typeError !== undefined) throw badRequest(`${expected.kind} cannot be decoded: ${typeError}`);
  fillParts(expected.schema, body);
  const { name } = exchange.request.info;
  if (body.metadata?.name !== undefined && body.metadata.name !== '' && body.metadata.name !== name) {
    throw badRequest(`name in URL does not match name in ${expected.kind} object`);
  }
  return body as T;
}

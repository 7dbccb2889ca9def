import type { GroupVersionKind } from '../../../api/resource.ts';
import { fillParts, type Schema } from '../../../api/schema/index.ts';
import { badRequest } from '../../../api/status.ts';
import type { Exchange } from '../../exchange.ts';
import type { Target } from '../handler.ts';
import { checkTypeMeta, decodeBody } from '../decode.ts';

interface Body {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** The type of what is sent to a subresource, as its kind declares it. */
export interface SubresourceType extends GroupVersionKind {
  /** Undefined where nothing is sent: the query has it all (exec, proxy, …). */
  readonly schema: Schema | undefined;
}

export function bodyTypeOf({ served, subresource }: Target): SubresourceType {
  const { group, version } = served.resource;
  const declared = served.kind.subresources?.find(({ name }) => name === subresource);
  if (declared === undefined) throw new Error(`${served.resource.plural}/${subresource} is not declared`);
  return {
    group: declared.group ?? group,
    version: declared.version ?? version,
    kind: declared.kind,
    schema: declared.schema,
  };
}

/**
 * The body of a POST to a subresource, brought into the form of its schema. `kind` may be left out.
 * @throws StatusError BadRequest for another kind, a value of a wrong type, a name that is not the URL's
 */
export function subresourceBody<T>(exchange: Exchange, expected: SubresourceType): T {
  const { kind, schema } = expected;
  if (schema === undefined) throw new Error(`${kind} is no body`);
  const type = { apiVersion: undefined, kind, schema };
  const body = decodeBody(exchange.request.body, type) as Body | null | undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind})`);
  }
  checkTypeMeta(body);
  if (body.kind !== undefined && body.kind !== kind) {
    throw badRequest(`${body.kind} cannot be handled as a ${kind}`);
  }
  const { typeError } = schema.conform(body);
  if (typeError !== undefined) throw badRequest(`${kind} cannot be decoded: ${typeError}`);
  fillParts(schema, body);
  const { name } = exchange.request.info;
  if (body.metadata?.name !== undefined && body.metadata.name !== '' && body.metadata.name !== name) {
    throw badRequest(`name in URL does not match name in ${kind} object`);
  }
  return body as T;
}

import { cloneJson } from '../../api/clone.ts';
import type { Draft } from '../../api/meta.ts';
import type { RequestBody } from '../../api/request.ts';
import { PROTOBUF_CONTENT_TYPE } from '../../api/protobuf/decode.ts';
import { decode, decodeStrict, jsonKind, type Schema } from '../../api/schema/index.ts';
import { badRequest, StatusError } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import type { Served } from '../resources/served.ts';
import type { FieldValidation } from './writeOptions.ts';

const TEXT_TYPES = ['application/json', 'application/yaml'];
const MEDIA_TYPES = [...TEXT_TYPES, PROTOBUF_CONTENT_TYPE];

/** The type of object that a request's body should hold. */
export interface BodyType {
  /** undefined where any will do. */
  readonly apiVersion: string | undefined;
  readonly kind: string;
  readonly schema: Schema;
}

/** A request's body, as decoded; undefined where there is none. It belongs to the caller. */
export function decodeBody(body: RequestBody, type: BodyType): unknown {
  switch (body.type) {
    case 'object':
      // Callers build on what they read, and what they read is frozen and shared.
      return cloneJson(body.object);
    case 'bytes':
      return body.bytes.length === 0 ? undefined : decode(body.bytes, bodyMediaType(body, type), type);
    case 'yaml':
      bodyMediaType(body, type);
      return body.decoded.object;
    default:
      return undefined;
  }
}

/**
 * The object of a write in the form that its model gives it: of the address's kind, unknown fields dropped and
 * reported as `fieldValidation` says. It belongs to the caller.
 * @throws StatusError BadRequest with upstream's texts, UnsupportedMediaType
 */
export function decodeObject(exchange: Exchange, served: Served, validation: FieldValidation): Draft {
  const { body } = exchange.request;
  const type = typeOf(served);
  let decoded: unknown;
  let duplicates: readonly string[] = [];
  if (body.type === 'bytes' && body.bytes.length > 0 && validation !== 'Ignore') {
    ({ object: decoded, duplicates } = decodeStrict(body.bytes, bodyMediaType(body, type), type));
  } else {
    decoded = decodeBody(body, type);
    if (body.type === 'yaml' && validation !== 'Ignore') ({ duplicates } = body.decoded);
  }
  const draft = objectOf(decoded, served);
  checkConformance(exchange, served, draft, duplicates, validation);
  return draft;
}

/** What is wrong with the fields of a draft, reported as `fieldValidation` says. Brings the draft into its stored form. */
export function checkConformance(
  exchange: Exchange,
  served: Served,
  draft: Draft,
  duplicates: readonly string[],
  validation: FieldValidation,
): void {
  const { unknown, typeError } = served.schema.conform(draft);
  if (typeError !== undefined) throw cannotBeHandled(served, draft, typeError);
  if (validation === 'Ignore' || (unknown.length === 0 && duplicates.length === 0)) return;
  const problems = [
    ...unknown.map((path) => `unknown field "${path}"`),
    ...duplicates.map((path) => `duplicate field "${path}"`),
  ];
  if (validation === 'Strict') {
    throw cannotBeHandled(served, draft, `strict decoding error: ${problems.join(', ')}`);
  }
  exchange.warnings.push(...problems);
}

/** The type that a write to an address must have. */
export function typeOf({ apiVersion, resource, schema }: Served): BodyType {
  return { apiVersion, kind: resource.kind, schema };
}

function bodyMediaType({ contentType }: { readonly contentType: string }, { schema }: BodyType): string {
  return mediaTypeOf(contentType, schema.message === undefined ? TEXT_TYPES : MEDIA_TYPES);
}

/**
 * The media type of a body: one that this server reads.
 * @throws StatusError UnsupportedMediaType (415)
 */
export function mediaTypeOf(contentType: string, accepted: readonly string[]): string {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === '' && accepted.includes('application/json')) return 'application/json';
  if (accepted.includes(mediaType)) return mediaType;
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** What was decoded as an object of the address's kind, which it may leave out. @throws StatusError BadRequest */
export function objectOf(decoded: unknown, served: Served): Draft {
  const { kind } = served.resource;
  if (typeof decoded !== 'object' || decoded === null || Array.isArray(decoded)) {
    const shown = decoded === undefined ? '<empty>' : JSON.stringify(decoded).slice(0, 30);
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): (${shown})`);
  }
  checkTypeMeta(decoded);
  const draft = decoded as Draft;
  // As upstream, the address tells what the body leaves out.
  draft.apiVersion ||= served.apiVersion;
  draft.kind ||= kind;
  if (draft.kind !== kind) {
    throw cannotBeHandled(served, draft, `no kind "${draft.kind}" is served at this address`);
  }
  if (draft.apiVersion !== served.apiVersion) {
    throw badRequest(
      `the API version in the data (${draft.apiVersion}) does not match the expected API version (${served.apiVersion})`,
    );
  }
  (draft as { metadata?: Draft['metadata'] | null }).metadata ??= {};
  return draft;
}

/**
 * What comes after relies on apiVersion and kind being text (apimachinery `runtime/serializer/json/meta.go`).
 * @throws StatusError BadRequest
 */
export function checkTypeMeta(object: { readonly apiVersion?: unknown; readonly kind?: unknown }): void {
  for (const name of ['apiVersion', 'kind'] as const) {
    const value = object[name] ?? '';
    if (typeof value === 'string') continue;
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value, 'string')} into Go struct field .${name} of type string`,
    );
  }
}

function cannotBeHandled(served: Served, draft: Draft, why: string): StatusError {
  const version = draft.apiVersion.split('/').at(-1) ?? '';
  return badRequest(
    `${draft.kind} in version "${version}" cannot be handled as a ${served.resource.kind}: ${why}`,
  );
}

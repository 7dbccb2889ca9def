import { field, invalid, invalidObject } from '../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '../../api/patch/index.ts';
import { decode, type Schema } from '../../api/schema/index.ts';
import { badRequest } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import { fromAddress, toAddress } from '../registry/conversion.ts';
import { strategyOf } from '../registry/strategy.ts';
import { updateObject } from '../registry/update.ts';
import { apply, forbidForce } from './apply.ts';
import { checkTypeMeta, mediaTypeOf } from './decode.ts';
import { type Handler, objectResponse } from './handler.ts';
import { APPLY_PATCH, JSON_PATCH, MERGE_PATCH, patchTypesOf } from './patchTypes.ts';
import { fieldValidation, type FieldValidation, writeContext } from './writeOptions.ts';

/** How often a patch is tried again after a lost race (apiserver `MaxRetryWhenPatchConflicts`). */
const MAX_ATTEMPTS = 6;

/** PATCH of an object or of its status, in all four types. */
export const patch: Handler = async (options, exchange, target) => {
  const { served, namespace, name, subresource } = target;
  if (patchTypeOf(exchange, served.schema) === APPLY_PATCH) return apply(options, exchange, target);
  forbidForce(exchange);
  const context = writeContext(exchange, 'PatchOptions');
  const change = readPatch(exchange, served.schema);
  const { entry } = await updateObject(options.registry, context, {
    served,
    namespace,
    name,
    subresource,
    strategy: strategyOf(served.kind, subresource),
    allowCreate: false,
    maxAttempts: MAX_ATTEMPTS,
    desired(existing) {
      if (existing === undefined) throw badRequest('there is nothing to patch');
      const shown = toAddress(served, existing);
      return shown instanceof Promise
        ? shown.then((object) => fromAddress(served, change(object)))
        : fromAddress(served, change(shown));
    },
  });
  return objectResponse(served, entry);
};

/**
 * A request's patch as a function from a document to its changed, private copy, which has the form that the schema gives it.
 * The function rejects with Invalid where the patch does not fit the document (apiserver `handlers/patch.go`).
 */
export function readPatch(exchange: Exchange, schema: Schema): (document: KubeObject) => Draft {
  const type = patchTypeOf(exchange, schema);
  const validation = fieldValidation(exchange, 'PatchOptions');
  const { body } = exchange.request;
  const change: unknown =
    body.type === 'bytes'
      ? decode(body.bytes, 'application/json')
      : body.type === 'object'
        ? body.object
        : undefined;
  if (typeof change !== 'object' || change === null) {
    throw badRequest(
      'error decoding patch: the body must be a JSON object, or an array of JSON Patch operations',
    );
  }
  return (document) => {
    const patched = applyPatch(type, schema, document, change);
    checkTypeMeta(patched);
    if (patched.kind !== document.kind || patched.apiVersion !== document.apiVersion) {
      const { apiVersion = '', kind = '' } = patched as Partial<Draft>;
      throw badRequest(
        `the patched object's type (${apiVersion}, ${kind}) does not match the expected type (${document.apiVersion}, ${document.kind})`,
      );
    }
    (patched as { metadata?: Draft['metadata'] | null }).metadata ??= {};
    checkPatched(exchange, schema, patched, change, validation);
    return patched;
  };
}

function applyPatch(type: string, { patchType }: Schema, document: KubeObject, change: object): Draft {
  switch (type) {
    case JSON_PATCH:
      return applyJsonPatch(document, change) as Draft;
    case MERGE_PATCH:
      return applyMergePatch(document, change) as Draft;
    default:
      if (patchType === undefined) throw new Error(`${document.kind} has no strategic merge patch`);
      return applyStrategicMergePatch(patchType, document, change) as Draft;
  }
}

function checkPatched(
  exchange: Exchange,
  schema: Schema,
  patched: Draft,
  change: object,
  validation: FieldValidation,
): void {
  const { unknown, typeError } = schema.conform(patched);
  if (typeError !== undefined) throw invalidPatch(change, typeError);
  const problems = unknown.map((path) => `unknown field "${path}"`);
  if (problems.length === 0 || validation === 'Ignore') return;
  if (validation === 'Strict') throw invalidPatch(change, `strict decoding error: ${problems.join(', ')}`);
  exchange.warnings.push(...problems);
}

function invalidPatch(change: object, why: string): Error {
  return invalidObject({ group: '', kind: '' }, '', [invalid(field('patch'), JSON.stringify(change), why)]);
}

function patchTypeOf(exchange: Exchange, schema: Schema): string {
  const { body } = exchange.request;
  if (body.type === 'none') throw badRequest('error decoding patch: the request has no body');
  return mediaTypeOf(body.contentType, patchTypesOf(schema));
}

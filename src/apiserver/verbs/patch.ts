import { field, invalid, invalidObject } from '../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '../../api/patch/index.ts';
import { conform, decode, hasModel } from '../../api/schema/index.ts';
import { badRequest } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import { toStored } from '../registry/conversion.ts';
import { strategyOf } from '../registry/strategy.ts';
import { updateObject } from '../registry/update.ts';
import { apply, APPLY_TYPE, forbidForce } from './apply.ts';
import { checkTypeMeta, mediaTypeOf } from './decode.ts';
import { type Handler, objectResponse } from './handler.ts';
import { fieldValidation, type FieldValidation, writeContext } from './writeOptions.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
const PATCH_TYPES = [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_TYPE];

/** How often a patch is tried again after a lost race (apiserver `MaxRetryWhenPatchConflicts`). */
const MAX_ATTEMPTS = 6;

/** PATCH of an object or of its status, in all four types. */
export const patch: Handler = async (options, exchange, target) => {
  const { served, namespace, name, subresource } = target;
  if (patchTypeOf(exchange) === APPLY_TYPE) return apply(options, exchange, target);
  forbidForce(exchange);
  const context = writeContext(exchange, 'PatchOptions');
  const change = readPatch(exchange, served.model);
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
      const document = served.conversion === undefined ? existing : served.conversion.fromStored(existing);
      return toStored(served, change(document));
    },
  });
  return objectResponse(served, entry);
};

/**
 * A request's patch as a function from a document to its changed, private copy, which has the form of the model.
 * The function rejects with Invalid where the patch does not fit the document (apiserver `handlers/patch.go`).
 */
export function readPatch(exchange: Exchange, model: string): (document: KubeObject) => Draft {
  const type = patchTypeOf(exchange);
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
    const patched = applyPatch(type, model, document, change);
    checkTypeMeta(patched);
    if (patched.kind !== document.kind || patched.apiVersion !== document.apiVersion) {
      throw badRequest(
        `the patched object's type (${patched.apiVersion}, ${patched.kind}) does not match the expected type (${document.apiVersion}, ${document.kind})`,
      );
    }
    (patched as { metadata?: Draft['metadata'] | null }).metadata ??= {};
    checkPatched(exchange, model, patched, change, validation);
    return patched;
  };
}

function applyPatch(type: string, model: string, document: KubeObject, change: object): Draft {
  switch (type) {
    case JSON_PATCH:
      return applyJsonPatch(document, change) as Draft;
    case MERGE_PATCH:
      return applyMergePatch(document, change) as Draft;
    default:
      return applyStrategicMergePatch(model, document, change) as Draft;
  }
}

function checkPatched(
  exchange: Exchange,
  model: string,
  patched: Draft,
  change: object,
  validation: FieldValidation,
): void {
  if (!hasModel(model)) return;
  const { unknown, typeError } = conform(model, patched);
  if (typeError !== undefined) throw invalidPatch(change, typeError);
  const problems = unknown.map((path) => `unknown field "${path}"`);
  if (problems.length === 0 || validation === 'Ignore') return;
  if (validation === 'Strict') throw invalidPatch(change, `strict decoding error: ${problems.join(', ')}`);
  exchange.warnings.push(...problems);
}

function invalidPatch(change: object, why: string): Error {
  return invalidObject({ group: '', kind: '' }, '', [invalid(field('patch'), JSON.stringify(change), why)]);
}

function patchTypeOf(exchange: Exchange): string {
  const { body } = exchange.request;
  return mediaTypeOf(body.type === 'none' ? '' : body.contentType, PATCH_TYPES);
}

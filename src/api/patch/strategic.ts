import { ownProperty, setOwnProperty } from '../../base/ownProperty.ts';
import { cloneJson } from '../clone.ts';
import type { PatchField, PatchType } from '../schema/patchType.ts';
import { badRequest, type StatusError } from '../status.ts';
import { notApplicable } from './jsonPatch.ts';
import { identityBy, orderElements } from './listOrder.ts';

/** Keys in a patch that say how to merge (apimachinery `pkg/util/strategicpatch`). */
const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

type Json = Record<string, unknown>;

/** What the schema says of a value; undefined below what it does not know. */
type Shape = PatchType | undefined;

/**
 * Strategic merge patch with all its directives; lists merge by the type's patchStrategy and patchMergeKey.
 * Throws BadRequest for a malformed patch.
 */
export function applyStrategicMergePatch(type: PatchType, document: unknown, patch: unknown): unknown {
  if (!isObject(document) || !isObject(patch)) throw badRequest('invalid JSON document');
  return mergeObject(cloneJson(document), cloneJson(patch), type);
}

/** Both are private copies; `patch` is used up. */
function mergeObject(original: Json, patch: Json, shape: Shape): Json {
  const directive = patch[PATCH];
  if (directive !== undefined) {
    Reflect.deleteProperty(patch, PATCH);
    if (directive === 'replace') return withoutDirectives(patch) as Json;
    if (directive === 'delete') return {};
    if (directive !== 'merge') throw unknownDirective(directive, patch);
  }
  retainKeys(original, patch);
  orderLists(original, patch, shape);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM)) {
      deleteFromList(original, key.slice(DELETE_FROM.length), value);
    } else if (value === null) {
      Reflect.deleteProperty(original, key);
    } else {
      setOwnProperty(original, key, mergeValue(ownProperty(original, key), value, fieldOf(shape, key)));
    }
  }
  return original;
}

interface Field {
  readonly shape: Shape;
  readonly replace: boolean;
  readonly mergeKey: string | undefined;
}

function fieldOf(shape: Shape, key: string): Field {
  if (shape?.kind === 'map') return { shape: shape.values, replace: false, mergeKey: undefined };
  const field: PatchField | undefined = shape?.kind === 'struct' ? shape.fields.get(key) : undefined;
  if (field === undefined) return { shape: undefined, replace: false, mergeKey: undefined };
  return { shape: field.type, replace: field.patchStrategy === 'replace', mergeKey: field.patchMergeKey };
}

function mergeValue(original: unknown, patch: unknown, field: Field): unknown {
  if (isObject(original) && isObject(patch)) {
    return field.replace ? patch : mergeObject(original, patch, field.shape);
  }
  if (Array.isArray(original) && Array.isArray(patch)) return mergeList(original, patch, field);
  return withoutDirectives(patch);
}

function mergeList(original: unknown[], patch: unknown[], field: Field): unknown[] {
  const items = field.shape?.kind === 'list' ? field.shape.items : undefined;
  if (field.replace || items === undefined) return withoutDirectives(patch) as unknown[];
  if (items.kind !== 'struct') {
    return orderElements([...new Set([...original, ...patch])], patch, original, identityBy(undefined));
  }
  const { mergeKey } = field;
  if (mergeKey === undefined) throw notApplicable(new Error('cannot merge lists without merge key'));
  const { kept, merging } = specialElements(original, patch, mergeKey);
  const identity = identityBy(mergeKey);
  const merged = [...kept];
  for (const element of merging) {
    if (!isObject(element) || element[mergeKey] === undefined) {
      throw badRequest(`map: ${JSON.stringify(element)} does not contain declared merge key: ${mergeKey}`);
    }
    const at = merged.findIndex((other) => identity(other) === element[mergeKey]);
    const current = merged[at];
    if (isObject(current)) merged[at] = mergeObject(current, element, items);
    else merged.push(withoutDirectives(element));
  }
  return orderElements(merged, merging, kept, identity);
}

/** Takes out the elements that are directives and does what they say to the original. */
function specialElements(
  original: unknown[],
  patch: unknown[],
  mergeKey: string,
): { kept: unknown[]; merging: unknown[] } {
  let kept = original;
  let replace = false;
  const merging: unknown[] = [];
  for (const element of patch) {
    const directive = isObject(element) ? element[PATCH] : undefined;
    if (!isObject(element) || directive === undefined || directive === 'merge') {
      if (isObject(element)) Reflect.deleteProperty(element, PATCH);
      merging.push(element);
    } else if (directive === 'delete') {
      const key = element[mergeKey];
      if (key === undefined) throw badRequest('delete patch type with no merge key defined');
      kept = kept.filter((other) => !(isObject(other) && other[mergeKey] === key));
    } else if (directive === 'replace') {
      replace = true;
    } else {
      throw unknownDirective(directive, element);
    }
  }
  return { kept: replace ? [] : kept, merging };
}

function retainKeys(original: Json, patch: Json): void {
  const list = patch[RETAIN_KEYS];
  if (list === undefined) return;
  Reflect.deleteProperty(patch, RETAIN_KEYS);
  if (!Array.isArray(list)) throw badRequest('invalid patch format of retainKeys');
  const retained = new Set<unknown>(list);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith(DELETE_FROM) || key.startsWith(ELEMENT_ORDER)) continue;
    if (!retained.has(key)) throw badRequest('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) Reflect.deleteProperty(original, key);
}

/** Merges the lists that have `$setElementOrder` and puts them in that order; takes both out of the patch. */
function orderLists(original: Json, patch: Json, shape: Shape): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const key = directive.slice(ELEMENT_ORDER.length);
    const order = patch[directive];
    Reflect.deleteProperty(patch, directive);
    const before = ownProperty(original, key);
    const change = ownProperty(patch, key);
    if (!Array.isArray(order) || !(change === undefined || change === null || Array.isArray(change))) {
      throw badRequest('invalid patch format of setElementOrder list');
    }
    if (change === null) continue;
    const field = fieldOf(shape, key);
    const identity = identityBy(field.mergeKey);
    if (Array.isArray(change)) checkOrder(change as unknown[], order, identity);
    Reflect.deleteProperty(patch, key);
    deleteFromList(original, key, patch[`${DELETE_FROM}${key}`]);
    Reflect.deleteProperty(patch, `${DELETE_FROM}${key}`);
    const remaining = ownProperty(original, key);
    const server = Array.isArray(before) ? (before as unknown[]) : [];
    let merged: unknown;
    if (change === undefined) merged = remaining;
    else if (remaining === undefined) merged = withoutDirectives(change);
    else merged = mergeValue(remaining, change, field);
    if (Array.isArray(merged)) {
      setOwnProperty(original, key, orderElements(merged, order, server, identity));
    }
  }
}

/** Everything that the patch merges must be named in the order, in the same order. */
function checkOrder(
  change: readonly unknown[],
  order: readonly unknown[],
  identity: (e: unknown) => unknown,
): void {
  let at = 0;
  for (const element of change) {
    if (isObject(element) && element[PATCH] !== undefined) continue;
    const place = order.findIndex((other, index) => index >= at && identity(other) === identity(element));
    if (place < 0) throw badRequest('invalid patch format of setElementOrder list');
    at = place + 1;
  }
}

function deleteFromList(original: Json, key: string, values: unknown): void {
  if (values === undefined || values === null) return;
  if (!Array.isArray(values)) throw badRequest('invalid patch format of primitive list');
  const list = ownProperty(original, key);
  if (!Array.isArray(list)) return;
  const gone = new Set<unknown>(values);
  const kept = list.filter((element) => !gone.has(element));
  setOwnProperty(original, key, kept);
}

/** What a patch adds where there was nothing: directives and nulls are not part of it. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .filter(
        (element) => !(isObject(element) && (element[PATCH] === 'delete' || element[PATCH] === 'replace')),
      )
      .map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  if (value[PATCH] === 'delete') return {};
  const made: Json = {};
  for (const [key, item] of Object.entries(value)) {
    const directive =
      key === PATCH || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(ELEMENT_ORDER);
    if (!directive && item !== null) setOwnProperty(made, key, withoutDirectives(item));
  }
  return made;
}

function unknownDirective(directive: unknown, where: unknown): StatusError {
  const shown = typeof directive === 'string' ? directive : JSON.stringify(directive);
  return badRequest(`unknown patch type: ${shown} in map: ${JSON.stringify(where)}`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

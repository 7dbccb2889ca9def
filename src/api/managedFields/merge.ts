import { ownProperty, setOwnProperty } from '../../base/ownProperty.ts';
import { cloneJson } from '../clone.ts';
import { elements, partOf, Repeated } from './compare.ts';
import type { FieldSet } from './fieldSet.ts';
import type { ListShape, MapShape, Shape, StructShape } from '../schema/shape.ts';

type Json = Record<string, unknown>;

/** The live value with the applied one laid over it (`typed.Merge`). A private copy. */
export function merge(shape: Shape, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return cloneJson(live);
  if (shape.kind === 'list' && Array.isArray(live) && Array.isArray(applied)) {
    return mergeList(shape, live, applied);
  }
  if ((shape.kind !== 'struct' && shape.kind !== 'map') || !isObject(live) || !isObject(applied)) {
    return cloneJson(applied);
  }
  const merged: Json = {};
  for (const [key, value] of Object.entries(live)) {
    setOwnProperty(merged, key, mergeField(shape, key, value, ownProperty(applied, key)));
  }
  for (const [key, value] of Object.entries(applied)) {
    if (!Object.hasOwn(live, key)) setOwnProperty(merged, key, cloneJson(value));
  }
  return merged;
}

function mergeField(shape: StructShape | MapShape, key: string, live: unknown, applied: unknown): unknown {
  const part = partOf(shape, key);
  return part === undefined ? cloneJson(applied ?? live) : merge(part, live, applied);
}

/**
 * The elements that are applied in the order in which they are; those of the live list alone where they are, before
 * what follows them.
 */
function mergeList(shape: ListShape, live: unknown[], applied: unknown[]): unknown[] {
  const wanted = elements(shape, applied);
  const current = elements(shape, live);
  const merged: unknown[] = [];
  let next = 0;
  const takeLiveOnly = (): void => {
    for (; next < live.length; next++) {
      const element = shape.element(live[next]);
      if (element === undefined || !wanted.has(element)) merged.push(cloneJson(live[next]));
      else if (!taken.has(element)) return;
    }
  };
  const taken = new Set<string>();
  for (const [element, item] of wanted) {
    takeLiveOnly();
    const existing = current.get(element);
    // If several elements share a key, it is not known which one is meant.
    merged.push(merge(shape.items, existing instanceof Repeated ? undefined : existing, item));
    taken.add(element);
  }
  takeLiveOnly();
  return merged;
}

/**
 * Removes, in place, what `last` has and `kept` does not: what the applier gave up and nobody else owns. A struct or
 * element goes with everything in it once nothing in it is owned.
 */
export function prune(shape: Shape, value: unknown, last: FieldSet, kept: FieldSet | undefined): void {
  if (shape.kind === 'list' && Array.isArray(value)) {
    const list = value as unknown[];
    for (let at = list.length - 1; at >= 0; at--) {
      const element = shape.element(list[at]);
      const given = element === undefined ? undefined : last[element];
      if (element === undefined || given === undefined) continue;
      const holds = kept?.[element];
      if (holds === undefined) list.splice(at, 1);
      else prune(shape.items, list[at], given, holds);
    }
    return;
  }
  if ((shape.kind !== 'struct' && shape.kind !== 'map') || !isObject(value)) return;
  for (const key of Object.keys(value)) {
    const field = partOf(shape, key);
    const element = `f:${key}`;
    const given = last[element];
    if (field === undefined || given === undefined) continue;
    const holds = kept?.[element];
    if (holds === undefined) Reflect.deleteProperty(value, key);
    else prune(field, value[key], given, holds);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

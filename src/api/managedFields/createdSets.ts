import type { Draft } from '../meta.ts';
import { all } from './compare.ts';
import { LEAF, MEMBER, type FieldSet } from './fieldSet.ts';
import { owned, isUnowned, isUnownedMetadata } from './ownership.ts';
import { shapeOfModel, type Shape, type StructShape } from './shapes.ts';

type Json = Readonly<Record<string, unknown>>;

/** How many forms of objects are remembered for each model; clients make most objects in very few. */
const FORMS = 8;

/** Sets of more nodes than this are not remembered. */
const MAX_NODES = 500;

const forms = new Map<string, FieldSet[]>();
const texts = new WeakMap<FieldSet, string>();

/**
 * What the creator of an object owns. Objects of one form (the same fields, whatever their values) share one frozen set:
 * a walk that makes nothing finds out whether one of the last forms fits.
 */
export function createdSet(model: string, draft: Draft, subresource: string): FieldSet | undefined {
  const shape = shapeOfModel(model);
  const key = subresource === '' ? model : `${model}/${subresource}`;
  let known = forms.get(key);
  if (known === undefined) forms.set(key, (known = []));
  const at = known.findIndex((set) => fits(shape, draft, subresource, set));
  if (at > 0) known.unshift(...known.splice(at, 1));
  if (at >= 0) return known[0];
  const set = owned(all(shape, draft, true), subresource);
  if (set !== undefined && freeze(set) <= MAX_NODES) {
    texts.set(set, JSON.stringify(set));
    known.unshift(set);
    known.length = Math.min(known.length, FORMS);
  }
  return set;
}

/** The JSON of a set that several objects share; undefined for others. */
export function textOfSet(set: FieldSet): string | undefined {
  return texts.get(set);
}

/** Whether a set is what `owned(all(shape, draft, true))` would give. */
function fits(shape: StructShape, draft: object, subresource: string, set: FieldSet): boolean {
  let found = 0;
  for (const key in draft) {
    const field = shape.fields.get(key);
    const value: unknown = Reflect.get(draft, key);
    if (field === undefined || value === undefined || isUnowned(field.element, subresource)) continue;
    const child = set[field.element];
    const same =
      key === 'metadata' && field.shape.kind === 'struct' && isObject(value)
        ? fieldsFit(field.shape, value, true, child, isUnownedMetadata, false)
        : isAll(field.shape, value, field.inherent, child);
    if (!same) return false;
    if (child !== undefined) found += 1;
  }
  return found > 0 && found === size(set);
}

/** Whether a set is what `all` would give; sets under comparison came from there, so that leaves are the same object. */
function isAll(shape: Shape, value: unknown, inherent: boolean, set: FieldSet | undefined): boolean {
  switch (shape.kind) {
    case 'leaf':
      return set === LEAF;
    case 'struct':
      return isObject(value) ? fieldsFit(shape, value, inherent, set, undefined, !inherent) : set === LEAF;
    case 'map': {
      if (!isObject(value)) return set === LEAF;
      let found = 0;
      for (const key in value) {
        const child = set?.[`f:${key}`];
        if (child === undefined || !isAll(shape.values, value[key], false, child)) return false;
        found += 1;
      }
      return holds(set, found, !inherent);
    }
    case 'list': {
      if (!Array.isArray(value)) return set === LEAF;
      let found = 0;
      for (const item of value as unknown[]) {
        const element = shape.element(item);
        if (element === undefined) continue;
        const child = set?.[element];
        if (child === undefined || !isAll(shape.items, item, false, child)) return false;
        found += 1;
      }
      return holds(set, found, !inherent);
    }
  }
}

function fieldsFit(
  shape: StructShape,
  value: Json,
  inherent: boolean,
  set: FieldSet | undefined,
  skip: ((element: string) => boolean) | undefined,
  member: boolean,
): boolean {
  let found = 0;
  for (const key in value) {
    const field = shape.fields.get(key);
    const part = value[key];
    if (field === undefined || part === undefined || skip?.(field.element) === true) continue;
    const child = set?.[field.element];
    if (!isAll(field.shape, part, inherent && field.inherent, child)) return false;
    if (child !== undefined) found += 1;
  }
  return holds(set, found, member);
}

/** `finish`, asked the other way round: is this the node with so many children, itself a member or not? */
function holds(set: FieldSet | undefined, children: number, member: boolean): boolean {
  if (children === 0) return set === (member ? LEAF : undefined);
  return set !== undefined && MEMBER in set === member && size(set) === children + (member ? 1 : 0);
}

function size(set: FieldSet): number {
  let count = 0;
  for (const element in set) if (set[element] !== undefined) count += 1;
  return count;
}

/** Freezes a set and gives the number of its nodes. */
function freeze(set: FieldSet): number {
  if (set === LEAF) return 1;
  let nodes = 1;
  for (const key in set) nodes += freeze(set[key] as FieldSet);
  Object.freeze(set);
  return nodes;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { ownProperty } from '../../base/ownProperty.ts';
import { equalJson } from '../equalJson.ts';
import { finish, LEAF, type Building, type FieldSet } from './fieldSet.ts';
import type { ListShape, MapShape, Shape, StructShape } from '../schema/shape.ts';

type Json = Readonly<Record<string, unknown>>;

/** What differs between two objects, as structured-merge-diff `typed.Compare` finds it. */
export interface Comparison {
  /** Added and modified. */
  readonly changed: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

const SAME: Comparison = { changed: undefined, removed: undefined };
const CHANGED: Comparison = { changed: LEAF, removed: undefined };

/** `inherent`: `before` is in Go's zero value, thus empty where it is missing. */
export function compare(shape: Shape, before: unknown, after: unknown, inherent: boolean): Comparison {
  if (before === after) return SAME;
  if (after === undefined) return { changed: undefined, removed: all(shape, before, false) };
  if (before === undefined) return { changed: all(shape, after, inherent), removed: undefined };
  if (shape.kind === 'list') {
    // Keys of elements cost more to make than elements to compare, and most lists stay as they are.
    if (equalJson(before, after)) return SAME;
    if (Array.isArray(before) && Array.isArray(after)) return compareLists(shape, before, after);
  } else if (shape.kind !== 'leaf' && isObject(before) && isObject(after)) {
    return compareFields(shape, before, after);
  }
  return equalJson(before, after) ? SAME : CHANGED;
}

function compareFields(shape: StructShape | MapShape, before: Json, after: Json): Comparison {
  const children = new Children();
  for (const key in after) {
    if (shape.kind === 'map') {
      children.add(`f:${key}`, compare(shape.values, ownProperty(before, key), after[key], false));
      continue;
    }
    const field = shape.fields.get(key);
    if (field !== undefined) {
      children.add(field.element, compare(field.shape, before[key], after[key], field.inherent));
    } else if (shape.others !== undefined) {
      children.add(`f:${key}`, compare(shape.others, ownProperty(before, key), after[key], false));
    }
  }
  for (const key in before) {
    if (Object.hasOwn(after, key)) continue;
    const part = partOf(shape, key);
    if (part !== undefined) children.add(`f:${key}`, compare(part, before[key], undefined, false));
  }
  return children.comparison();
}

/** The shape of what a struct or map has under a key; undefined where the schema knows of no such field. */
export function partOf(shape: StructShape | MapShape, key: string): Shape | undefined {
  return shape.kind === 'map' ? shape.values : (shape.fields.get(key)?.shape ?? shape.others);
}

function compareLists(shape: ListShape, before: readonly unknown[], after: readonly unknown[]): Comparison {
  const children = new Children();
  const [old, now] = [elements(shape, before), elements(shape, after)];
  for (const [element, item] of now) {
    children.add(element, compareItems(shape.items, old.get(element), item));
  }
  for (const [element, item] of old) {
    if (!now.has(element)) children.add(element, compareItems(shape.items, item, undefined));
  }
  return children.comparison();
}

/** Items that share a key are owned as one, whatever is in them. */
function compareItems(shape: Shape, before: unknown, after: unknown): Comparison {
  const wasRepeated = before instanceof Repeated;
  const isRepeated = after instanceof Repeated;
  if (!wasRepeated && !isRepeated) return compare(shape, before, after, false);
  if (wasRepeated && isRepeated) return equalJson(before.items, after.items) ? SAME : CHANGED;
  return wasRepeated
    ? { changed: after === undefined ? undefined : all(shape, after, false), removed: LEAF }
    : { changed: LEAF, removed: before === undefined ? undefined : all(shape, before, false) };
}

/** Gathers what differs below a node; makes nothing where nothing does. */
class Children {
  #changed: Building | undefined;
  #removed: Building | undefined;

  add(element: string, { changed, removed }: Comparison): void {
    if (changed !== undefined) (this.#changed ??= {})[element] = changed;
    if (removed !== undefined) (this.#removed ??= {})[element] = removed;
  }

  comparison(): Comparison {
    return this.#changed === undefined && this.#removed === undefined
      ? SAME
      : { changed: this.#changed, removed: this.#removed };
  }
}

/** Every path of a value that was not there before. `inherent`: the value's own path was. */
export function all(shape: Shape, value: unknown, inherent: boolean): FieldSet | undefined {
  switch (shape.kind) {
    case 'leaf':
      return LEAF;
    case 'struct':
      return isObject(value) ? allOfStruct(shape, value, inherent) : LEAF;
    case 'map': {
      if (!isObject(value)) return LEAF;
      let children: Building | undefined;
      for (const key in value) (children ??= {})[`f:${key}`] = all(shape.values, value[key], false) ?? LEAF;
      return finish(children, !inherent);
    }
    case 'list': {
      if (!Array.isArray(value)) return LEAF;
      let children: Building | undefined;
      for (const item of value as unknown[]) {
        const element = shape.element(item);
        if (element === undefined) continue;
        children ??= {};
        children[element] = Object.hasOwn(children, element) ? LEAF : (all(shape.items, item, false) ?? LEAF);
      }
      return finish(children, !inherent);
    }
  }
}

/** Fields of a struct that was not there are new as well, even inherent ones: unless the struct itself is inherent. */
function allOfStruct(shape: StructShape, value: Json, inherent: boolean): FieldSet | undefined {
  let children: Building | undefined;
  for (const key in value) {
    if (value[key] === undefined) continue;
    const field = shape.fields.get(key);
    const part = field?.shape ?? shape.others;
    if (part === undefined) continue;
    const child = all(part, value[key], inherent && field?.inherent === true);
    if (child !== undefined) (children ??= {})[field?.element ?? `f:${key}`] = child;
  }
  return finish(children, !inherent);
}

/** What an applied configuration claims (`typed.ToFieldSet`): its leaves, and the elements of its maps and lists. */
export function claimed(shape: Shape, value: unknown): FieldSet | undefined {
  switch (shape.kind) {
    case 'leaf':
      return LEAF;
    case 'struct':
    case 'map': {
      if (!isObject(value)) return LEAF;
      let children: Building | undefined;
      let empty = true;
      for (const key in value) {
        const part = partOf(shape, key);
        if (part === undefined || value[key] === undefined) continue;
        empty = false;
        const set = claimed(part, value[key]);
        const child = shape.kind === 'map' ? asMember(set) : set;
        if (child !== undefined) (children ??= {})[`f:${key}`] = child;
      }
      return finish(children, empty);
    }
    case 'list': {
      if (!Array.isArray(value)) return LEAF;
      let children: Building | undefined;
      for (const [element, item] of elements(shape, value)) {
        (children ??= {})[element] = asMember(claimed(shape.items, item));
      }
      return children;
    }
  }
}

function asMember(node: FieldSet | undefined): FieldSet {
  return node === undefined || node === LEAF ? LEAF : { '.': LEAF, ...node };
}

/** Items of a list that share a key, which no configuration may have and an object that was written otherwise may. */
export class Repeated {
  readonly items: unknown[];

  constructor(...items: unknown[]) {
    this.items = items;
  }
}

/** The items by their path elements. */
export function elements(shape: ListShape, list: readonly unknown[]): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const item of list) {
    const element = shape.element(item);
    if (element === undefined) continue;
    const other = map.get(element);
    if (other instanceof Repeated) other.items.push(item);
    else map.set(element, map.has(element) ? new Repeated(other, item) : item);
  }
  return map;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

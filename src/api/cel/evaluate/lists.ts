import { equals, type Meter } from '../equality.ts';
import type { ListMerge, Type } from '../types.ts';
import { getOfMap, isMap, keysOfMap, sizeOfMap, type Value } from '../values.ts';

type Equality = (a: Value, b: Value, meter?: Meter) => boolean;

/**
 * Equality of values that contain sets or lists with keys, where the order does not count
 * (`k8s.io/apiserver/pkg/cel/common/values.go`). Undefined where the type contains neither: then plain equality holds.
 */
export function equalityOf(type: Type): Equality | undefined {
  switch (type.kind) {
    case 'list': {
      const inner = equalityOf(type.element);
      if (type.merge !== undefined) return equalUnordered(type.merge, inner ?? equals);
      return inner === undefined ? undefined : equalOrdered(inner);
    }
    case 'map': {
      const inner = equalityOf(type.value);
      return inner === undefined ? undefined : equalEntries(() => inner);
    }
    case 'object': {
      const inner = new Map<string, Equality>();
      for (const field of type.fields.values()) {
        const equality = equalityOf(field.type);
        if (equality !== undefined) inner.set(field.key, equality);
      }
      return inner.size === 0 ? undefined : equalEntries((key) => inner.get(String(key)) ?? equals);
    }
    default:
      return undefined;
  }
}

function equalOrdered(inner: Equality): Equality {
  return (a, b) =>
    Array.isArray(a) && Array.isArray(b)
      ? a.length === b.length && a.every((element: Value, index) => inner(element, b[index]))
      : equals(a, b);
}

function equalEntries(equalityAt: (key: Value) => Equality): Equality {
  return (a, b) => {
    if (!isMap(a) || !isMap(b)) return equals(a, b);
    if (sizeOfMap(a) !== sizeOfMap(b)) return false;
    for (const key of keysOfMap(a)) {
      const other = getOfMap(b, key);
      if (other === undefined || !equalityAt(key)(getOfMap(a, key), other)) return false;
    }
    return true;
  };
}

function equalUnordered(merge: ListMerge, inner: Equality): Equality {
  return (a, b) => {
    if (!Array.isArray(a) || !Array.isArray(b)) return equals(a, b);
    if (a.length !== b.length) return false;
    const others = new Map(b.map((element: Value) => [keyOf(element, merge), element]));
    return a.every((element: Value) => {
      const key = keyOf(element, merge);
      return others.has(key) && inner(element, others.get(key));
    });
  };
}

/** The sum of two lists that merge: elements of the second replace those with the same key; the others follow. */
export function mergeLists(merge: ListMerge, a: readonly Value[], b: readonly Value[]): Value[] {
  const merged = [...a];
  const positions = new Map(merged.map((element, index) => [keyOf(element, merge), index]));
  for (const element of b) {
    const key = keyOf(element, merge);
    const position = positions.get(key);
    if (position === undefined) {
      positions.set(key, merged.length);
      merged.push(element);
    } else if (merge.type === 'map') {
      merged[position] = element;
    }
  }
  return merged;
}

/** The key of an element, as text: two elements with the same key are the same entry. */
function keyOf(element: Value, merge: ListMerge): string {
  if (merge.type === 'set') return JSON.stringify(element);
  return JSON.stringify(merge.keys.map((key) => (isMap(element) ? getOfMap(element, key) : undefined)));
}

import { ownProperty } from '../../base/ownProperty.ts';

/** Fields whose empty value differs from none: everything, or a volume that needs no more said. */
const SAYS_BY_BEING_THERE = new Set(['emptyDir', 'labelSelector', 'namespaceSelector', 'podSelector']);

/**
 * Deep equality of JSON values in which an empty list or map equals a missing one, as clients in Go drop or add such
 * (apimachinery `equality.Semantic`). Zero scalars differ from missing ones: defaulting drops those that mean nothing.
 */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]))
    );
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of Object.keys(left)) if (!equalAt(key, left[key], ownProperty(right, key))) return false;
  for (const key of Object.keys(right))
    if (!Object.hasOwn(left, key) && !equalAt(key, undefined, right[key])) return false;
  return true;
}

function equalAt(key: string, a: unknown, b: unknown): boolean {
  const bothOrNone = (a === undefined) === (b === undefined);
  return (bothOrNone || !SAYS_BY_BEING_THERE.has(key)) && equal(a, b);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value)
    ? value.length === 0
    : Object.entries(value).every(
        ([key, inner]) => isEmpty(inner) && !(inner !== undefined && SAYS_BY_BEING_THERE.has(key)),
      );
}

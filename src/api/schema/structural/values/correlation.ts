import { isRecord } from '../../../../base/isRecord.ts';
import type { JsonSchema } from '../node.ts';
import { ABSENT } from './absent.ts';

/**
 * Which item of the old list each item of a list was: by its keys in a list of type map, by its place where the list says
 * nothing; the items of sets and atomic lists are not told apart (apiextensions `validation/ratcheting.go`).
 */
export function itemsBefore(
  schema: JsonSchema,
  list: readonly unknown[],
  old: unknown,
): (at: number) => unknown {
  if (!Array.isArray(old)) return () => ABSENT;
  const before = old as readonly unknown[];
  switch (schema['x-kubernetes-list-type']) {
    case 'map': {
      const keyOf = itemKeys(schema);
      const byKey = new Map(before.map((item) => [keyOf(item), item]));
      return (at) => byKey.get(keyOf(list[at])) ?? ABSENT;
    }
    case 'set':
    case 'atomic':
      return () => ABSENT;
    default:
      return (at) => (at < before.length ? before[at] : ABSENT);
  }
}

/** What tells the items of a list of type map apart, as a text; keys that are missing count as their defaults. */
export function itemKeys(schema: JsonSchema): (item: unknown) => string {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const properties = schema.items?.properties ?? {};
  return (item) =>
    JSON.stringify(
      keys.map((key) => {
        const own = isRecord(item) && Object.hasOwn(item, key) ? item[key] : undefined;
        return own ?? (Object.hasOwn(properties, key) ? properties[key]?.default : undefined) ?? null;
      }),
    );
}

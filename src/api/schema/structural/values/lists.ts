import { isRecord } from '../../../../base/isRecord.ts';
import { canonicalJson } from '../../../fields/canonicalJson.ts';
import { duplicate, type FieldError, FieldPath, invalid } from '../../../fields/fieldErrors.ts';
import type { JsonSchema } from '../node.ts';

/** Items of sets, and keys of lists of type map, come once (apiextensions `schema/listtype/validation.go`). */
export function listErrors(schema: JsonSchema, value: unknown, path = new FieldPath()): FieldError[] {
  if (Array.isArray(value)) return [...ownErrors(schema, value, path), ...itemErrors(schema, value, path)];
  if (!isRecord(value)) return [];
  const { properties = {}, additionalProperties } = schema;
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one !== 'object') return [];
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property !== undefined) return listErrors(property, one, path.child(key));
    return isRecord(additionalProperties) ? listErrors(additionalProperties, one, path.key(key)) : [];
  });
}

function itemErrors({ items }: JsonSchema, list: readonly unknown[], path: FieldPath): FieldError[] {
  if (!isRecord(items)) return [];
  return list.flatMap((item, at) => listErrors(items, item, path.index(at)));
}

function ownErrors(schema: JsonSchema, list: readonly unknown[], path: FieldPath): FieldError[] {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return repeated(list).map((at) => duplicate(path.index(at), list[at]));
    case 'map': {
      const other = list.findIndex((item) => item !== null && !isRecord(item));
      if (other >= 0) {
        return [invalid(path.index(other), list[other], 'must be an object for an array of list-type map')];
      }
      const keys = list.map((item) => keyOf(schema['x-kubernetes-list-map-keys'] ?? [], item));
      return repeated(keys).map((at) => duplicate(path.index(at), keys[at]));
    }
    default:
      return [];
  }
}

function keyOf(names: readonly string[], item: unknown): object {
  const own = isRecord(item) ? item : {};
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(own, name)).map((name) => [name, own[name]]),
  );
}

/** Where a value comes the second time; of later ones nothing is said. */
function repeated(values: readonly unknown[]): number[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, at) => {
    const text = canonicalJson(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [at] : [];
  });
}

import { cloneJson } from '../../clone.ts';
import { setOwnProperty } from '../../../base/ownProperty.ts';
import { isRecord } from '../../../base/isRecord.ts';
import { OBJECT_FIELDS, type SchemaNode } from './node.ts';

/** Fills in what is missing below a value, in place. */
type Defaulter = (value: unknown) => void;

/**
 * The defaults of a schema (apiextensions `pkg/apiserver/schema/defaulting/algorithm.go`): where a field is missing, or
 * null although it may not be. A default within an object that is missing as a whole does not bring it about. Undefined
 * where there are none.
 */
export function defaulterOf(node: SchemaNode, isRoot = false): Defaulter | undefined {
  const fields = [...node.properties]
    .filter(([name]) => !((isRoot || node.embedded) && OBJECT_FIELDS.has(name)))
    .map(([name, property]) => ({ name, property, below: defaulterOf(property) }))
    .filter(({ property, below }) => property.default !== undefined || below !== undefined);
  const { additional, items } = node;
  const others = additional === undefined ? undefined : elementDefaulter(additional);
  const elements = items === undefined ? undefined : elementDefaulter(items);
  if (fields.length === 0 && others === undefined && elements === undefined) return undefined;
  return (value) => {
    if (Array.isArray(value)) elements?.(value, value.keys());
    else if (isRecord(value)) {
      for (const { name, property, below } of fields) {
        const present = Object.hasOwn(value, name) && !isMissing(value[name], property);
        if (!present && property.default !== undefined)
          setOwnProperty(value, name, cloneJson(property.default));
        if (below !== undefined && Object.hasOwn(value, name)) below(value[name]);
      }
      others?.(
        value,
        Object.keys(value).filter((key) => !node.properties.has(key)),
      );
    }
  };
}

function isMissing(value: unknown, { nullable }: SchemaNode): boolean {
  return value === undefined || (value === null && !nullable);
}

/**
 * Sets defaults in the elements of a list or a map. An element that must not be null, and is null, becomes the default.
 */
function elementDefaulter(
  node: SchemaNode,
): ((container: object, keys: Iterable<string | number>) => void) | undefined {
  const below = defaulterOf(node);
  if (below === undefined && node.default === undefined) return undefined;
  return (container, keys) => {
    for (const key of keys) {
      const value: unknown = Reflect.get(container, key);
      if (isMissing(value, node) && node.default !== undefined) {
        Reflect.set(container, key, cloneJson(node.default));
      }
      below?.(Reflect.get(container, key));
    }
  };
}

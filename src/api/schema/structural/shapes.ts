import { builtIn } from '../builtIn/builtIn.ts';
import {
  FieldShape,
  FREE_SHAPE,
  keyedShape,
  LEAF_SHAPE,
  setShape,
  type Shape,
  type StructShape,
} from '../shape.ts';
import type { SchemaNode } from './node.ts';

const OBJECT_META = builtIn('V1ObjectMeta');

/** How objects of a custom type are owned (structured-merge-diff `schema`, apimachinery `managedfields/typeconverter.go`). */
export function shapeOfRoot(root: SchemaNode): StructShape {
  return { ...structShape(root), fields: withObjectFields(fieldsOf(root)) };
}

function shapeOf(node: SchemaNode): Shape {
  if (node.type === 'array' || node.items !== undefined) return listShape(node);
  if (node.intOrString || node.atomicMap) return LEAF_SHAPE;
  if (node.properties.size > 0 || node.embedded) {
    const struct = structShape(node);
    return node.embedded ? { ...struct, fields: withObjectFields(struct.fields) } : struct;
  }
  if (node.additional !== undefined) return { kind: 'map', values: shapeOf(node.additional) };
  if (node.preservesUnknown) return FREE_SHAPE;
  return node.type === 'object' ? structShape(node) : LEAF_SHAPE;
}

function structShape(node: SchemaNode): StructShape {
  const { additional, preservesUnknown } = node;
  const others = additional === undefined ? (preservesUnknown ? FREE_SHAPE : undefined) : shapeOf(additional);
  return { kind: 'struct', fields: fieldsOf(node), others };
}

function fieldsOf(node: SchemaNode): ReadonlyMap<string, FieldShape> {
  return new Map(
    [...node.properties].map(([name, property]) => [
      name,
      new FieldShape(name, false, () => shapeOf(property)),
    ]),
  );
}

function withObjectFields(fields: ReadonlyMap<string, FieldShape>): ReadonlyMap<string, FieldShape> {
  return new Map([
    ...fields,
    ['apiVersion', new FieldShape('apiVersion', false, () => LEAF_SHAPE)],
    ['kind', new FieldShape('kind', false, () => LEAF_SHAPE)],
    ['metadata', new FieldShape('metadata', true, () => OBJECT_META.shape)],
  ]);
}

function listShape({ items, listType, listMapKeys }: SchemaNode): Shape {
  if (items === undefined || listType === 'atomic') return LEAF_SHAPE;
  if (listType === 'set') return setShape(shapeOf(items));
  const defaults = listMapKeys.flatMap((key) => {
    const value = items.properties.get(key)?.default;
    return value === undefined ? [] : [[key, value] as const];
  });
  return keyedShape(shapeOf(items), listMapKeys, Object.fromEntries(defaults));
}

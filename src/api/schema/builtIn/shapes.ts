import { FieldShape, keyedShape, LEAF_SHAPE, setShape, type Shape, type StructShape } from '../shape.ts';
import { isHeldByValue } from './defaults.ts';
import { keyDefaults } from './mergeKeys.ts';
import type { Model, Type } from './models.ts';

const structs = new Map<Model, StructShape>();

/** How the values of a model are owned; made at the first use. */
export function shapeOf(model: Model): StructShape {
  const known = structs.get(model);
  if (known !== undefined) return known;
  const fields = new Map<string, FieldShape>();
  const shape: StructShape = { kind: 'struct', fields, others: undefined };
  structs.set(model, shape);
  for (const property of model.properties.values()) {
    // The record of owners has none itself, and is most of what there would be to compare.
    if (model.name === 'V1ObjectMeta' && property.name === 'managedFields') continue;
    fields.set(
      property.name,
      new FieldShape(property.name, property.required || isHeldByValue(model.name, property), () =>
        property.merge === 'atomic' ? LEAF_SHAPE : shapeOfType(property.type, property.listMapKeys),
      ),
    );
  }
  return shape;
}

function shapeOfType(type: Type, listMapKeys: readonly string[]): Shape {
  switch (type.kind) {
    case 'scalar':
      return LEAF_SHAPE;
    case 'struct':
      return type.model.atomic ? LEAF_SHAPE : shapeOf(type.model);
    case 'map':
      return { kind: 'map', values: shapeOfType(type.values, []) };
    case 'list': {
      const items = shapeOfType(type.items, []);
      return type.items.kind === 'struct'
        ? keyedShape(items, listMapKeys, keyDefaults[type.items.name])
        : setShape(items);
    }
  }
}

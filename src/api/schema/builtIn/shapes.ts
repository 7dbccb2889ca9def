import { FieldShape, keyedShape, LEAF_SHAPE, setShape, type Shape, type StructShape } from '../shape.ts';
import { keyDefaults } from './mergeKeys.ts';
import type { Model, Property, Type } from './models.ts';

const structs = new Map<Model, StructShape>();

/** Struct fields that Go holds by value although they are optional (`default: {}` in upstream's apply schema). */
const OBJECT_PARTS: ReadonlySet<string> = new Set(['metadata', 'spec', 'status']);
const INHERENT: ReadonlySet<string> = new Set([
  'V1Container.resources',
  'V1EphemeralContainer.resources',
  'V1DeploymentSpec.strategy',
  'V1DaemonSetSpec.updateStrategy',
  'V1StatefulSetSpec.updateStrategy',
  'V1PersistentVolumeClaimSpec.resources',
  'V1ServiceStatus.loadBalancer',
  'V1IngressStatus.loadBalancer',
  'V1NodeStatus.nodeInfo',
  'V1NodeStatus.daemonEndpoints',
  'V1NodeDaemonEndpoints.kubeletEndpoint',
  'V1ContainerStatus.state',
  'V1ContainerStatus.lastState',
  'CoreV1Event.source',
  'EventsV1Event.deprecatedSource',
]);

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
      new FieldShape(property.name, isInherent(model, property), () =>
        property.merge === 'atomic' ? LEAF_SHAPE : shapeOfType(property.type, property.listMapKeys),
      ),
    );
  }
  return shape;
}

function isInherent(model: Model, { name, type, required }: Property): boolean {
  if (required) return true;
  return type.kind === 'struct' && (OBJECT_PARTS.has(name) || INHERENT.has(`${model.name}.${name}`));
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

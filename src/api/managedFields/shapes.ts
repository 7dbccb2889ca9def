import { atomicModels, keyDefaults } from '../schema/mergeKeys.ts';
import { modelOf, type Property, type Type } from '../schema/models.ts';

/** How values of a type are owned: as one, or in parts. Compiled once from the schema. */
export type Shape = LeafShape | StructShape | MapShape | ListShape;

/** Scalars, atomic lists, maps and structs: one owner for all of it. */
export interface LeafShape {
  readonly kind: 'leaf';
}

export interface StructShape {
  readonly kind: 'struct';
  readonly fields: ReadonlyMap<string, FieldShape>;
}

export class FieldShape {
  /** `f:name`. */
  readonly element: string;
  /**
   * True where Go's zero value of the struct has this field (not a pointer, or without omitempty): it is there before
   * anybody sets it, so that nobody becomes the owner of the field itself, only of what is in it.
   */
  readonly inherent: boolean;
  readonly #property: Property;
  #shape: Shape | undefined;

  constructor(model: string, property: Property) {
    this.#property = property;
    this.element = `f:${property.name}`;
    this.inherent =
      property.required ||
      (property.type.kind === 'model' &&
        (OBJECT_PARTS.has(property.name) || INHERENT.has(`${model}.${property.name}`)));
  }

  /** Models are many and refer to each other: a shape is made when the first value of it comes. */
  get shape(): Shape {
    return (this.#shape ??=
      this.#property.merge === 'atomic' ? LEAF : shapeOf(this.#property.type, this.#property.listMapKeys));
  }
}

export interface MapShape {
  readonly kind: 'map';
  readonly values: Shape;
}

export interface ListShape {
  readonly kind: 'list';
  readonly items: Shape;
  /** The path element of an item; undefined where the item has no key. */
  readonly element: (item: unknown) => string | undefined;
  /** The fields that `element` is made from; none where the item itself is what counts. */
  readonly keys: readonly string[];
}

const LEAF: LeafShape = { kind: 'leaf' };
const structs = new Map<string, StructShape>();

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

export function shapeOfModel(model: string): StructShape {
  const known = structs.get(model);
  if (known !== undefined) return known;
  const fields = new Map<string, FieldShape>();
  const shape: StructShape = { kind: 'struct', fields };
  structs.set(model, shape);
  for (const property of modelOf(model).properties.values()) {
    // The record of owners has none itself, and is most of what there would be to compare.
    if (model === 'V1ObjectMeta' && property.name === 'managedFields') continue;
    fields.set(property.name, new FieldShape(model, property));
  }
  return shape;
}

function shapeOf(type: Type, listMapKeys: readonly string[]): Shape {
  switch (type.kind) {
    case 'scalar':
      return LEAF;
    case 'model':
      return atomicModels.has(type.model) ? LEAF : shapeOfModel(type.model);
    case 'map':
      return { kind: 'map', values: shapeOf(type.values, []) };
    case 'array':
      return {
        kind: 'list',
        items: shapeOf(type.items, []),
        element: type.items.kind === 'model' ? keyedBy(type.items.model, listMapKeys) : valueElement,
        keys: type.items.kind === 'model' ? listMapKeys : [],
      };
  }
}

function valueElement(item: unknown): string {
  return `v:${JSON.stringify(item)}`;
}

function keyedBy(model: string, keys: readonly string[]): (item: unknown) => string | undefined {
  const defaults = keyDefaults[model];
  const sorted = [...keys].sort();
  const [only] = sorted;
  if (sorted.length === 1 && only !== undefined && defaults?.[only] === undefined) {
    const start = `k:{${JSON.stringify(only)}:`;
    return (item) => {
      if (typeof item !== 'object' || item === null) return undefined;
      const value = (item as Record<string, unknown>)[only];
      return value === undefined || value === null ? undefined : `${start}${JSON.stringify(value)}}`;
    };
  }
  return (item) => {
    if (typeof item !== 'object' || item === null) return undefined;
    const key: Record<string, unknown> = {};
    let found = false;
    for (const name of sorted) {
      const value = (item as Record<string, unknown>)[name] ?? defaults?.[name];
      if (value === undefined) continue;
      key[name] = value;
      found = true;
    }
    return found ? `k:${JSON.stringify(key)}` : undefined;
  };
}

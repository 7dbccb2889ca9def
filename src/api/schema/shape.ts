/** How values of a type are owned: as one, or in parts. */
export type Shape = LeafShape | StructShape | MapShape | ListShape;

/** Scalars, atomic lists, maps and structs: one owner for all of it. */
export interface LeafShape {
  readonly kind: 'leaf';
}

export interface StructShape {
  readonly kind: 'struct';
  readonly fields: ReadonlyMap<string, FieldShape>;
  /** The shape of fields that the schema does not name but preserves; undefined where there can be none. */
  readonly others: Shape | undefined;
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
  /** The value of a key field that an item omits. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

export class FieldShape {
  /** `f:name`. */
  readonly element: string;
  /**
   * True where Go's zero value of the struct has this field (not a pointer, or without omitempty): it is there before
   * anybody sets it, so that nobody becomes the owner of the field itself, only of what is in it.
   */
  readonly inherent: boolean;
  #make: (() => Shape) | undefined;
  #shape: Shape = LEAF_SHAPE;

  constructor(name: string, inherent: boolean, make: () => Shape) {
    this.element = `f:${name}`;
    this.inherent = inherent;
    this.#make = make;
  }

  /** Types are many and refer to each other: a shape is made when the first value of it comes. */
  get shape(): Shape {
    if (this.#make !== undefined) {
      this.#shape = this.#make();
      this.#make = undefined;
    }
    return this.#shape;
  }
}

export const LEAF_SHAPE: LeafShape = { kind: 'leaf' };

/**
 * The shape of values without a schema: the fields of objects have owners of their own; any other value is owned as a
 * whole.
 */
export const FREE_SHAPE: MapShape = {
  kind: 'map',
  get values() {
    return FREE_SHAPE;
  },
};

/** A list whose items are what counts (`listType=set`). */
export function setShape(items: Shape): ListShape {
  return { kind: 'list', items, element: valueElement, keys: [], defaults: {} };
}

/** A list of structs that keys tell apart (`listType=map`); a key that is left out counts as its default. */
export function keyedShape(
  items: Shape,
  keys: readonly string[],
  defaults: Readonly<Record<string, unknown>> = {},
): ListShape {
  return { kind: 'list', items, element: keyedBy(keys, new Map(Object.entries(defaults))), keys, defaults };
}

function valueElement(item: unknown): string {
  return `v:${JSON.stringify(item)}`;
}

function keyedBy(
  keys: readonly string[],
  defaults: ReadonlyMap<string, unknown>,
): (item: unknown) => string | undefined {
  const sorted = [...keys].sort();
  const [only] = sorted;
  if (sorted.length === 1 && only !== undefined && !defaults.has(only)) {
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
      const value = (item as Record<string, unknown>)[name] ?? defaults.get(name);
      if (value === undefined) continue;
      key[name] = value;
      found = true;
    }
    return found ? `k:${JSON.stringify(key)}` : undefined;
  };
}

import type { Definition } from '../definition.ts';
import type { FieldProblems, Schema } from '../schema.ts';
import type { StructShape } from '../shape.ts';
import { conformTo } from './conform.ts';
import { defaulterOf } from './defaults.ts';
import { CustomDefinition, CustomListDefinition, type CustomType } from './definition.ts';
import { type JsonSchema, nodeOf } from './node.ts';
import { shapeOfRoot } from './shapes.ts';

/**
 * The schema of a type that a CustomResourceDefinition brings, from its `openAPIV3Schema`. The schema has to be
 * structural: that is checked when the definition is written.
 */
export function structuralSchema(type: CustomType, schema: JsonSchema): Schema {
  return new StructuralSchema(type, schema);
}

class StructuralSchema implements Schema {
  readonly definition: Definition;
  readonly listDefinition: Definition;
  readonly message = undefined;
  readonly shape: StructShape;
  /** Strategic merge patches are for built-in types. */
  readonly patchType = undefined;
  readonly #conform: (object: unknown) => FieldProblems;
  readonly #setDefaults: ((object: unknown) => void) | undefined;

  constructor(type: CustomType, schema: JsonSchema) {
    const root = nodeOf(schema);
    this.definition = new CustomDefinition(type, schema);
    this.listDefinition = new CustomListDefinition(type, this.definition);
    this.shape = shapeOfRoot(root);
    this.#conform = conformTo(root);
    this.#setDefaults = defaulterOf(root, true);
  }

  conform(object: unknown): FieldProblems {
    return this.#conform(object);
  }

  setDefaults(object: unknown): void {
    this.#setDefaults?.(object);
  }
}

import type { Definition } from '../definition.ts';
import type { PatchType } from '../patchType.ts';
import type { FieldProblems, Schema } from '../schema.ts';
import type { StructShape } from '../shape.ts';
import { conform } from './conform.ts';
import { definitionOf } from './definitions.ts';
import { hasModel, type Model, StructType } from './models.ts';
import { shapeOf } from './shapes.ts';

const known = new Map<string, Schema>();

/**
 * The schema of a type of Kubernetes itself, by its model's name in the official client: `V1Deployment`. The model is
 * read at the schema's first use, which throws where there is none; a test asks every kind for its own.
 */
export function builtIn(name: string): Schema {
  let schema = known.get(name);
  if (schema === undefined) known.set(name, (schema = new BuiltInSchema(name)));
  return schema;
}

class BuiltInSchema implements Schema {
  readonly patchType: PatchType;
  readonly #type: StructType;
  #model: Model | undefined;

  constructor(name: string) {
    this.#type = new StructType(name);
    this.patchType = this.#type;
  }

  get definition(): Definition {
    return definitionOf(this.#read().name);
  }

  get listDefinition(): Definition | undefined {
    const list = `${this.#read().name}List`;
    return hasModel(list) ? definitionOf(list) : undefined;
  }

  get message(): string {
    const { goPackage, goName } = this.#read();
    return `${goPackage}.${goName}`;
  }

  get shape(): StructShape {
    return shapeOf(this.#read());
  }

  conform(object: unknown): FieldProblems {
    return conform(this.#read(), object);
  }

  setDefaults(): void {
    // The rules of the type's kind do that.
  }

  #read(): Model {
    return (this.#model ??= this.#type.model);
  }
}

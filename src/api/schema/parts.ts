import type { Schema } from './schema.ts';

/** Parts of an object that Go holds by value: they are there, empty, when a client leaves them out. */
const PARTS = ['metadata', 'spec', 'target'] as const;

/** Fills in the parts that every object of a type has, so that what comes after need not ask for them. In place. */
export function fillParts(schema: Schema, object: object): void {
  for (const name of PARTS) {
    const field = schema.shape.fields.get(name);
    if (field?.inherent !== true) continue;
    const value: unknown = Reflect.get(object, name);
    if (value === undefined || value === null) Reflect.set(object, name, {});
  }
}

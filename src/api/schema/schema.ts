import type { Definition } from './definition.ts';
import type { PatchType } from './patchType.ts';
import type { StructShape } from './shape.ts';

/** What is wrong with the fields of an object. */
export interface FieldProblems {
  /** Paths of fields that the type does not have, in the object's order: `spec.template.spec.containers[0].foo`. */
  readonly unknown: string[];
  /** The first value of a wrong type, in the words of Go's decoder: `json: cannot unmarshal string into …`. */
  readonly typeError?: string;
}

/**
 * The type of some objects, as a value: a kind carries its schema, and nothing looks one up by a name. There
 * are two implementations: `builtIn` for the types of Kubernetes, and `structuralSchema` for those that a
 * CustomResourceDefinition brings. `test/contract/schema.suite.ts` holds both to this contract.
 */
export interface Schema {
  /** How OpenAPI describes one such object. */
  readonly definition: Definition;
  /** How OpenAPI describes a list of them; undefined for types that are never listed. */
  readonly listDefinition: Definition | undefined;
  /** The protobuf message, `apps.v1.Deployment` (see protobuf/messages.ts); undefined where there is JSON only. */
  readonly message: string | undefined;
  /** How values are owned: for managed fields and server-side apply. */
  readonly shape: StructShape;
  /** How strategic merge patches merge; undefined where such patches are not supported. */
  readonly patchType: PatchType | undefined;
  /**
   * Brings an object into the form in which it is stored, in place, and says what was wrong with it. Unknown fields are
   * dropped; values of a wrong type stay. What conforms already is not changed. Idempotent.
   *
   * Go's decoder reports unknown fields together with duplicate keys, but a type error alone: where there is one, answer
   * with it.
   */
  conform(object: unknown): FieldProblems;
  /**
   * Fills in the defaults that the schema itself states, in place. Idempotent. A built-in type states none: the rules of
   * its kind fill them in.
   */
  setDefaults(object: unknown): void;
}

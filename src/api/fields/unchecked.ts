import type { Mutable } from '../meta.ts';

/**
 * An object as a client sent it: of the right types (decoding saw to that), but any field may be missing, also one
 * that the model calls required. Validation and defaulting read this.
 */
export type Unchecked<T> = T extends readonly (infer E)[]
  ? readonly Unchecked<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: Unchecked<T[K]> | undefined }
    : T;

/** The same, writable: what defaulting fills in. */
export type Incomplete<T> = Mutable<Unchecked<T>>;

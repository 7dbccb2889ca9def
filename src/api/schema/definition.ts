import type { Documentation } from './builtIn/documentation.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A named schema in an OpenAPI document. */
export interface Definition {
  /** `io.k8s.api.apps.v1.Deployment`. */
  readonly name: string;
  /** Changes whenever the definition does; '' for one that never changes while the server runs. */
  readonly stamp: string;
  /** The definitions that this one refers to. */
  references(): readonly Definition[];
  /** Without `x-kubernetes-group-version-kind`, which depends on what is served. */
  render(flavour: Flavour, documentation: Documentation): Json;
}

/** What differs between the two versions of OpenAPI. */
export interface Flavour {
  readonly version: 2 | 3;
  readonly prefix: '#/definitions/' | '#/components/schemas/';
  /** OpenAPI 3.0 ignores what stands beside a `$ref`: a described reference is wrapped. */
  readonly wrapReferences: boolean;
}

export const V2: Flavour = { version: 2, prefix: '#/definitions/', wrapReferences: false };
export const V3: Flavour = { version: 3, prefix: '#/components/schemas/', wrapReferences: true };

/** The names of definitions that every document has: scalars with a form of their own, and what has no schema. */
export const COMMON = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  microtime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  patch: 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  fieldsV1: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  raw: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
} as const;

/** A reference to a definition by its full name. `beside`: something else stands in the same schema. */
export function reference(flavour: Flavour, name: string, beside = false): Json {
  const ref = { $ref: `${flavour.prefix}${name}` };
  return flavour.wrapReferences && beside ? { allOf: [ref] } : ref;
}

export function describedBy(description: string): Json {
  return description === '' ? {} : { description };
}

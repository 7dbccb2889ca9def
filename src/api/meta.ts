import type * as model from '@kubernetes/client-node';
import { cloneJson } from './clone.ts';

/**
 * A type of the official model as it is on the wire and in a cache: deeply read-only, times as RFC 3339
 * strings, and with the wire's own property names (`_exec` of the generated model is `exec`).
 */
export type Wire<T> = 0 extends 1 & T
  ? unknown
  : T extends Date
    ? string
    : T extends readonly (infer E)[]
      ? readonly Wire<E>[]
      : T extends object
        ? { readonly [K in keyof T as K extends `_${infer Rest}` ? Rest : K]: Wire<T[K]> }
        : T;

/** The same type, deeply writable: a private copy of the one who builds or changes an object. */
export type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

export type ObjectMeta = Wire<model.V1ObjectMeta>;
export type OwnerReference = Wire<model.V1OwnerReference>;
export type ManagedFieldsEntry = Wire<model.V1ManagedFieldsEntry>;
export type LabelSelector = Wire<model.V1LabelSelector>;
export type Condition = Wire<model.V1Condition>;

/** Metadata of an object that the API server has accepted. `namespace` is missing on cluster-scoped objects. */
export type LiveMeta = ObjectMeta & {
  readonly name: string;
  readonly uid: string;
  /** The revision of the object's last change, a decimal string. */
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
};

/** Any object of the API, as read. Objects in caches are shared and frozen: never change one. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: LiveMeta;
}

/** Any list of the API. */
export interface KubeList<T extends KubeObject = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Wire<model.V1ListMeta>;
  readonly items: readonly T[];
}

/** A cluster-scoped object from its official model. */
export type Live<T> = Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'> & KubeObject;

/** A namespaced object from its official model. */
export type Namespaced<T> = Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'> &
  KubeObject & { readonly metadata: LiveMeta & { readonly namespace: string } };

/** With a `spec` that is always there (defaulting and validation see to it). */
export type WithSpec<T extends { readonly spec?: unknown }> = T & { readonly spec: NonNullable<T['spec']> };

/** An object that is being made or changed: writable, metadata not yet complete. */
export type Draft<T extends KubeObject = KubeObject> = Mutable<Omit<T, 'metadata'>> & {
  metadata: Mutable<ObjectMeta>;
};

/** A private, writable copy of a (frozen) object. */
export function draftOf<T extends KubeObject>(object: T): Draft<T> {
  return cloneJson(object) as unknown as Draft<T>;
}

/** Where an object is: unique among the objects of one resource. */
export interface ObjectName {
  /** Missing for cluster-scoped resources. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of queues and indexes. */
export function keyOf(name: ObjectName): string {
  return name.namespace === undefined || name.namespace === '' ? name.name : `${name.namespace}/${name.name}`;
}

export function parseKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The reference that makes `owner` the managing controller of an object. */
export function controllerRef(owner: KubeObject): Mutable<OwnerReference> {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The owner reference with `controller: true`, if there is one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

import { cloneJson } from '../../api/clone.ts';
import { equal } from '../../api/fields/equal.ts';
import { areReadable } from '../../api/managedFields/index.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { applyJsonPatch } from '../../api/patch/index.ts';
import { apiVersionOf, isSameResource, type Resource } from '../../api/resource.ts';
import { builtIn, fillParts, type Schema } from '../../api/schema/index.ts';
import { internalError, StatusError } from '../../api/status.ts';
import type { AdmissionAttributes } from '../admission/contract.ts';
import { fromFormOf, inFormOf } from '../registry/conversion.ts';
import type { Served } from '../resources/served.ts';
import type { ResourceTable } from '../resources/table.ts';
import type { ReviewedForm } from './review.ts';

const SCALE = builtIn('V1Scale');

/** The objects of one request in the versions that hooks ask for. */
export class RequestForms {
  readonly #resources: ResourceTable;
  readonly #attributes: AdmissionAttributes;
  readonly #served: Served | undefined;
  /** The versions that were converted since the object last changed. */
  readonly #made = new Map<Resource, Promise<ReviewedForm>>();

  constructor(resources: ResourceTable, attributes: AdmissionAttributes) {
    this.#resources = resources;
    this.#attributes = attributes;
    this.#served = this.#find(attributes.resource);
  }

  /** The other addresses that serve the same objects. */
  get equivalents(): readonly Resource[] {
    const served = this.#served;
    const { alsoServedAs = [], storedForm } = served?.kind ?? {};
    if (served === undefined || (alsoServedAs.length === 0 && storedForm === undefined)) return [];
    return this.#resources.snapshot.all
      .filter(
        (other) =>
          other !== served && (other.kind === served.kind || isVersionOf(other.resource, served.resource)),
      )
      .map(({ resource }) => resource);
  }

  /** The object itself if only one version is served: callers must not change it. */
  as(resource: Resource): Promise<ReviewedForm> {
    let form = this.#made.get(resource);
    if (form === undefined) this.#made.set(resource, (form = this.#make(resource)));
    return form;
  }

  async #make(resource: Resource): Promise<ReviewedForm> {
    const { kind, object, old } = this.#attributes;
    const served = this.#whole(resource);
    if (served?.reading === undefined || (served === this.#served && served.conversion === undefined)) {
      return { resource, kind: served?.resource ?? kind, object, old };
    }
    const [newForm, oldForm] = await Promise.all(
      [object as KubeObject | undefined, old].map(async (one) =>
        one === undefined ? undefined : inFormOf(served, one),
      ),
    );
    return { resource, kind: served.resource, object: newForm, old: oldForm };
  }

  /**
   * Applies a JSON Patch to the request's object in one of its versions. Resolves to whether the object changed.
   * Rejects with a StatusError InternalError if the patch does not fit, as upstream.
   */
  async patch({ resource, object }: ReviewedForm, operations: readonly unknown[]): Promise<boolean> {
    const patched = patchedObject(object, operations);
    if (equal(patched, object)) return false;
    const before = object as Partial<KubeObject>;
    if (patched.kind !== before.kind || patched.apiVersion !== before.apiVersion) {
      throw internalError(
        new Error(`${patched.apiVersion ?? ''}, Kind=${patched.kind ?? ''} is not what was asked about`),
      );
    }
    const whole = this.#whole(resource);
    const schema = whole?.schema ?? this.#bodySchema();
    if (schema !== undefined) {
      const { typeError } = schema.conform(patched);
      if (typeError !== undefined) throw internalError(new Error(typeError));
      fillParts(schema, patched);
      schema.setDefaults(patched);
    }
    const draft = patched as Draft;
    this.#keepOwners(draft, before);
    this.#made.clear();
    this.#attributes.replaceObject(
      whole === undefined || this.#served === undefined
        ? draft
        : await fromFormOf(whole, this.#served, draft),
    );
    return true;
  }

  /** The managed fields must still be readable after a webhook's change (`fieldmanager/admission.go`). */
  #keepOwners(draft: Draft, before: Partial<KubeObject>): void {
    if (areReadable(draft.metadata.managedFields)) return;
    draft.metadata.managedFields = cloneJson(before.metadata?.managedFields ?? []) as never;
    this.#attributes.warn(
      '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests',
    );
  }

  #find({ group, version, plural }: Resource): Served | undefined {
    return this.#resources.snapshot.find(group, version, plural);
  }

  /** The address if the request is about the whole object; undefined for a Scale, a Binding or the like. */
  #whole(resource: Resource): Served | undefined {
    const { kind } = this.#attributes;
    const asked = this.#served?.resource;
    const isWhole = asked?.kind === kind.kind && apiVersionOf(asked) === apiVersionOf(kind);
    return isWhole ? this.#find(resource) : undefined;
  }

  #bodySchema(): Schema | undefined {
    const { subresource } = this.#attributes;
    if (subresource === 'scale') return SCALE;
    return this.#served?.kind.subresources?.find(({ name }) => name === subresource)?.schema;
  }
}

/** Each version of a custom kind is a kind of its own. */
function isVersionOf(resource: Resource, other: Resource): boolean {
  return isSameResource(resource, other) && resource.version !== other.version;
}

/** @throws StatusError InternalError */
function patchedObject(object: unknown, operations: readonly unknown[]): Partial<Draft> {
  let patched: unknown;
  try {
    patched = applyJsonPatch(object, operations);
  } catch (error) {
    throw internalError(error instanceof StatusError && error.cause instanceof Error ? error.cause : error);
  }
  if (typeof patched === 'object' && patched !== null && !Array.isArray(patched)) {
    return patched;
  }
  throw internalError(new Error('the patch leaves no object'));
}

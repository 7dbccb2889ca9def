import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
  tooLong,
} from '../fields/fieldErrors.ts';
import type { Kind } from '../kind.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../meta.ts';
import { canonicalIPErrors as ipNameErrors } from '../fields/ips.ts';
import { equal } from '../fields/equal.ts';
import { validateLabels } from './labels.ts';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
  type StringRule,
} from '../names/names.ts';
import { all } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const IMMUTABLE = 'field is immutable';
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

const nameRules: Record<NonNullable<Kind['nameRule']>, StringRule> = {
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1123Label: dns1123LabelErrors,
  dns1035Label: dns1035LabelErrors,
  pathSegment: pathSegmentErrors,
  ipAddress: ipNameErrors,
};

type Meta = Unchecked<ObjectMeta>;

/** Metadata of a new object (apimachinery `pkg/api/validation/objectmeta.go`). Name generation is done by then. */
export function validateMetadata(
  object: { readonly metadata?: Meta },
  kind: Pick<Kind, 'resource' | 'nameRule'>,
): readonly FieldError[] {
  const meta = object.metadata ?? {};
  const path = field('metadata');
  const nameRule = nameRules[kind.nameRule ?? 'dns1123Subdomain'];
  const errors: FieldError[] = [];
  if ((meta.generateName ?? '') !== '') {
    errors.push(...generateNameErrors(nameRule, meta.generateName ?? '', path));
  }
  if ((meta.name ?? '') === '') {
    errors.push(required(path.child('name'), 'name or generateName is required'));
  } else {
    errors.push(...nameRule(meta.name ?? '').map((text) => invalid(path.child('name'), meta.name, text)));
  }
  if (kind.resource.namespaced) {
    const namespace = meta.namespace ?? '';
    if (namespace === '') errors.push(required(path.child('namespace')));
    else {
      errors.push(
        ...dns1123LabelErrors(namespace).map((text) => invalid(path.child('namespace'), namespace, text)),
      );
    }
  } else if ((meta.namespace ?? '') !== '') {
    errors.push(forbiddenField(path.child('namespace'), 'not allowed on this type'));
  }
  errors.push(...nonNegative(meta.generation, path.child('generation')), ...validateParts(meta, path));
  return errors;
}

/**
 * Metadata of a change, against what is stored; what it is by itself `validateMetadata` says. `resourceVersion` must be
 * the one that the write is based on.
 */
export function validateMetadataUpdate(
  object: { readonly metadata?: Meta },
  old: KubeObject,
): readonly FieldError[] {
  const meta = object.metadata ?? {};
  const before: Meta = old.metadata;
  const path = field('metadata');
  const errors: FieldError[] = [];
  if (before.deletionTimestamp !== undefined) {
    const known = new Set(before.finalizers ?? []);
    const extra = [...new Set(meta.finalizers ?? [])].filter((name) => !known.has(name)).sort();
    if (extra.length > 0) {
      const list = extra.map((name) => JSON.stringify(name)).join(', ');
      errors.push(
        forbiddenField(
          path.child('finalizers'),
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  if ((meta.resourceVersion ?? '') === '') {
    errors.push(invalid(path.child('resourceVersion'), '', 'must be specified for an update'));
  }
  if ((meta.generation ?? 0) < (before.generation ?? 0)) {
    errors.push(invalid(path.child('generation'), meta.generation ?? 0, 'must not be decremented'));
  }
  const fixed = [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const;
  for (const name of fixed) {
    if (!equal(meta[name], before[name]))
      errors.push(invalid(path.child(name), meta[name] ?? null, IMMUTABLE));
  }
  return errors;
}

/** Compares a part of an object with its stored state: the plain immutability rule. */
export function immutableField(value: unknown, old: unknown, path: FieldPath): FieldError[] {
  return equal(value, old) ? [] : [invalid(path, value ?? null, IMMUTABLE)];
}

export function nonNegative(value: number | undefined, path: FieldPath): FieldError[] {
  return (value ?? 0) < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}

/** The parts that are checked alike at creation and at change, and in pod templates. */
function validateParts(meta: Meta, path: FieldPath): FieldError[] {
  return all(
    validateLabels(meta.labels, path.child('labels')),
    validateAnnotations(meta.annotations, path.child('annotations')),
    validateOwnerReferences(meta.ownerReferences ?? [], path.child('ownerReferences')),
    validateFinalizers(meta.finalizers ?? [], path.child('finalizers')),
  );
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string | undefined>> | undefined,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.push(...qualifiedNameErrors(key.toLowerCase()).map((text) => invalid(path, key, text)));
    size += Buffer.byteLength(key) + Buffer.byteLength(value ?? '');
  }
  if (size > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(path, MAX_ANNOTATIONS_BYTES));
  return errors;
}

function validateOwnerReferences(
  references: readonly Unchecked<OwnerReference>[],
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references) {
    const apiVersion = reference.apiVersion ?? '';
    if (apiVersion === '' || apiVersion.endsWith('/')) {
      errors.push(invalid(path.child('apiVersion'), apiVersion, 'version must not be empty'));
    }
    for (const name of ['kind', 'name', 'uid'] as const) {
      const value = reference[name] ?? '';
      if (value === '') errors.push(invalid(path.child(name), value, 'must not be empty'));
    }
    if (apiVersion === 'v1' && reference.kind === 'Event') {
      errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (reference.controller !== true) continue;
    const current = `${reference.kind ?? ''}/${reference.name ?? ''}`;
    if (controller === undefined) controller = current;
    else {
      errors.push(
        invalid(
          path,
          references,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`,
        ),
      );
    }
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[], path: FieldPath): FieldError[] {
  const errors = finalizers.flatMap((name) =>
    qualifiedNameErrors(name).map((text) => invalid(path, name, text)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

/** A prefix may end in what the whole name may not end in: upstream masks a trailing dash. */
function generateNameErrors(rule: StringRule, prefix: string, path: FieldPath): FieldError[] {
  const masked = prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
  return rule(masked).map((text) => invalid(path.child('generateName'), prefix, text));
}

import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { equal } from '../../fields/equal.ts';
import { optionalOneOf, optionalText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { dns1123SubdomainErrors } from '../../names/names.ts';
import { validateNodeSelector } from '../../podSpec/nodeSelector.ts';
import { parseQuantity, QuantityError, quantityValue } from '../../quantity.ts';
import type { PersistentVolume, PersistentVolumeSpec } from '../../types.ts';
import { modeErrors } from '../persistentVolumeClaim/validation.ts';
import { validateVolumeSource, volumeSourceOf } from './sources.ts';

type Spec = Unchecked<PersistentVolumeSpec>;

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES = ['Block', 'Filesystem'];

/** core validation `ValidatePersistentVolume`. */
export function validatePersistentVolume(object: { readonly spec?: Spec }): FieldError[] {
  const spec = object.spec ?? {};
  const path = field('spec');
  return [
    ...validateModes(spec, path),
    ...validateCapacity(spec.capacity, path.child('capacity')),
    ...optionalOneOf(
      spec.persistentVolumeReclaimPolicy,
      RECLAIM_POLICIES,
      path.child('persistentVolumeReclaimPolicy'),
    ),
    ...validateAffinity(spec, path.child('nodeAffinity')),
    ...validateVolumeSource(spec, path),
    ...validateLocal(spec, path),
    ...validateRecycling(spec, path),
    ...optionalText(dns1123SubdomainErrors, spec.storageClassName, path.child('storageClassName')),
    ...optionalOneOf(spec.volumeMode, VOLUME_MODES, path.child('volumeMode')),
    ...validateAttributesClass(spec, path),
  ];
}

/** A volume that an attachment carries in itself and that is no object: what says how volumes are bound has no place. */
export function validateInlineVolume(spec: Spec, path: FieldPath): FieldError[] {
  const context = 'in the context of inline volumes';
  const errors = (['claimRef', 'capacity', 'nodeAffinity', 'storageClassName'] as const)
    .filter((name) => !equal(spec[name], undefined) && spec[name] !== '')
    .map((name) => forbiddenField(path.child(name), `may not be specified ${context}`));
  if (spec.csi === undefined) {
    errors.push(required(path.child('csi'), `has to be specified ${context}`));
  }
  if ((spec.persistentVolumeReclaimPolicy ?? 'Retain') !== 'Retain') {
    errors.push(forbiddenField(path.child('persistentVolumeReclaimPolicy'), `may only be Retain ${context}`));
  }
  if ((spec.volumeMode ?? 'Filesystem') !== 'Filesystem') {
    const why = `may not specify volumeMode other than Filesystem ${context}`;
    errors.push(forbiddenField(path.child('volumeMode'), why));
  }
  return [...validateModes(spec, path), ...errors, ...validateVolumeSource(spec, path)];
}

function validateModes(spec: Spec, path: FieldPath): FieldError[] {
  const at = path.child('accessModes');
  const modes = spec.accessModes ?? [];
  return modes.length === 0 ? [required(at)] : modeErrors(modes, at);
}

function validateCapacity(capacity: Spec['capacity'], path: FieldPath): FieldError[] {
  const entries = Object.entries(capacity ?? {});
  const errors: FieldError[] = entries.length === 0 ? [required(path)] : [];
  if (entries.length !== 1 || capacity?.['storage'] === undefined) {
    errors.push(notSupported(path, capacity ?? {}, ['storage']));
  }
  for (const [name, amount = ''] of entries) {
    try {
      const { nano } = parseQuantity(amount);
      if (nano < 0n) {
        errors.push(invalid(path.key(name), quantityValue(amount), 'must be a valid resource quantity'));
      }
      if (nano <= 0n) errors.push(invalid(path.key(name), amount, 'must be greater than zero'));
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      errors.push(invalid(path.key(name), amount, error.message));
    }
  }
  return errors;
}

function validateAffinity({ nodeAffinity }: Spec, path: FieldPath): FieldError[] {
  if (nodeAffinity === undefined) return [];
  const at = path.child('required');
  return nodeAffinity.required === undefined
    ? [required(at, 'must specify required node constraints')]
    : validateNodeSelector(nodeAffinity.required, at);
}

/** A directory of a node is nowhere else. */
function validateLocal(spec: Spec, path: FieldPath): FieldError[] {
  return spec.local === undefined || spec.nodeAffinity !== undefined
    ? []
    : [required(path.child('nodeAffinity'), 'Local volume requires node affinity')];
}

function validateRecycling(spec: Spec, path: FieldPath): FieldError[] {
  const isRoot = /^\/+(\.?\/*)*$/.test(spec.hostPath?.path ?? '');
  return isRoot && spec.persistentVolumeReclaimPolicy === 'Recycle'
    ? [
        forbiddenField(
          path.child('persistentVolumeReclaimPolicy'),
          "may not be 'recycle' for a hostPath mount of '/'",
        ),
      ]
    : [];
}

function validateAttributesClass(spec: Spec, path: FieldPath): FieldError[] {
  const name = spec.volumeAttributesClassName;
  if (name === undefined) return [];
  const at = path.child('volumeAttributesClassName');
  return [
    ...(name === '' ? [required(at, 'an empty string is disallowed')] : []),
    ...optionalText(dns1123SubdomainErrors, name, at),
    ...(spec.csi === undefined
      ? [required(path.child('csi'), 'has to be specified when using volumeAttributesClassName')]
      : []),
  ];
}

/** core validation `ValidatePersistentVolumeUpdate`: where the data are stays. */
export function validatePersistentVolumeUpdate(
  { spec }: PersistentVolume,
  { spec: old }: PersistentVolume,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!equal(withoutNewSecret(spec, old), volumeSourceOf(old))) {
    const why = 'spec.persistentvolumesource is immutable after creation';
    errors.push(forbiddenField(field('spec', 'persistentvolumesource'), why));
  }
  errors.push(...immutableField(spec.volumeMode, old.volumeMode, field('volumeMode')));
  if (old.nodeAffinity !== undefined) {
    errors.push(...immutableField(spec.nodeAffinity, old.nodeAffinity, field('nodeAffinity')));
  }
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    const why = 'update from non-nil value to nil is forbidden';
    errors.push(forbiddenField(field('spec', 'volumeAttributesClassName'), why));
  }
  return errors;
}

/** The secret for growing may be named later. */
function withoutNewSecret(
  spec: PersistentVolumeSpec,
  old: PersistentVolumeSpec,
): Partial<PersistentVolumeSpec> {
  const source = volumeSourceOf(spec);
  if (old.csi === undefined || old.csi.controllerExpandSecretRef !== undefined || source.csi === undefined) {
    return source;
  }
  const { controllerExpandSecretRef: _, ...csi } = source.csi;
  return { ...source, csi };
}

import { ownProperty } from '../../../base/ownProperty.ts';
import { equal } from '../../fields/equal.ts';
import { type FieldError, field, forbiddenField, invalid, notSupported } from '../../fields/fieldErrors.ts';
import { conforms } from '../../fields/rules.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import { compareQuantities, parseQuantity, quantityValue, tryParseQuantity } from '../../quantity.ts';
import { BETA_STORAGE_CLASS } from '../../volumes/storageClass.ts';
import type { PersistentVolumeClaim } from '../../types.ts';

type Spec = PersistentVolumeClaim['spec'];

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

/** core validation `ValidatePersistentVolumeClaimUpdate`: what was asked for stays, but for a larger size. */
export function validatePersistentVolumeClaimUpdate(
  object: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): FieldError[] {
  const errors: FieldError[] = [];
  const bound = old.status?.phase === 'Bound';
  const classes = [object, old].map(({ metadata }) => ownProperty(metadata.annotations, BETA_STORAGE_CLASS));
  const upgraded = old.spec.storageClassName === undefined && object.spec.storageClassName === classes[1];
  if (!upgraded || (classes[0] !== undefined && classes[0] !== classes[1])) {
    errors.push(...immutableField(classes[0], classes[1], field('metadata').key(BETA_STORAGE_CLASS)));
  }
  const mayGetClass = classes[1] === undefined || object.spec.storageClassName === classes[1];
  if (!equal(fixedPart(object.spec, old.spec, bound, mayGetClass), old.spec)) {
    const what = 'resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbiddenField(field('spec'), `spec is immutable after creation except ${what}`));
  }
  return [
    ...errors,
    ...validateSize(object.spec, old),
    ...immutableField(object.spec.volumeMode, old.spec.volumeMode, field('volumeMode')),
    ...validateAttributesClass(object.spec, old.spec),
  ];
}

/** A size that could not be had may be given up, down to what there is (KEP-1790). */
function validateSize(spec: Spec, old: PersistentVolumeClaim): FieldError[] {
  const size = spec.resources?.requests?.['storage'];
  const before = old.spec.resources?.requests?.['storage'];
  if (size === undefined || before === undefined || !isLess(size, before)) return [];
  const capacity = old.status?.capacity?.['storage'] ?? '0';
  if (isLess(capacity, size)) return [];
  const path = field('spec', 'resources', 'requests', 'storage');
  return [forbiddenField(path, 'field can not be less than status.capacity')];
}

function validateAttributesClass(spec: Spec, old: Spec): FieldError[] {
  const { volumeAttributesClassName: name } = spec;
  if (old.volumeAttributesClassName === undefined || name === old.volumeAttributesClassName) return [];
  const path = field('spec', 'volumeAttributesClassName');
  if (name === undefined) return [forbiddenField(path, 'update from non-nil value to nil is forbidden')];
  return name === ''
    ? [forbiddenField(path, 'update from non-nil value to an empty string is forbidden')]
    : [];
}

const isLess = (a: string, b: string): boolean => compareQuantities(parseQuantity(a), parseQuantity(b)) < 0;

/** The spec with the old values in place of what this change may touch. */
function fixedPart(spec: Spec, old: Spec, bound: boolean, mayGetClass: boolean): unknown {
  const fixed: Record<string, unknown> = { ...spec };
  // Binding fills in the volume; a class may be given later to a claim that named none (KEP-3333).
  if ((old.volumeName ?? '') === '') fixed['volumeName'] = old.volumeName;
  if (old.storageClassName === undefined && mayGetClass) fixed['storageClassName'] = undefined;
  if (!bound) return fixed;
  const storage = old.resources?.requests?.['storage'];
  if (spec.resources?.requests !== undefined) {
    const requests = { ...spec.resources.requests, ...(storage === undefined ? {} : { storage }) };
    fixed['resources'] = { ...spec.resources, requests };
  }
  if (spec.volumeAttributesClassName !== undefined) {
    fixed['volumeAttributesClassName'] = old.volumeAttributesClassName;
  }
  return fixed;
}

/** core validation `ValidatePersistentVolumeClaimStatusUpdate`. */
export function validateClaimStatus({ status }: PersistentVolumeClaim): FieldError[] {
  const path = field('status');
  const { capacity, allocatedResources, allocatedResourceStatuses } = status ?? {};
  const errors: FieldError[] = [];
  for (const [name, amount] of Object.entries(capacity ?? {})) {
    errors.push(...validateAmount(amount, path.child('capacity').key(name)));
  }
  for (const [name, state] of Object.entries(allocatedResourceStatuses ?? {})) {
    const at = path.child('allocatedResourceStatus');
    errors.push(...validateKey(name, at));
    if (!RESIZE_STATES.includes(state)) errors.push(notSupported(at, name, RESIZE_STATES));
  }
  for (const [name, amount] of Object.entries(allocatedResources ?? {})) {
    const at = path.child('allocatedResources');
    const wrong = validateKey(name, at);
    errors.push(...(wrong.length > 0 ? wrong : validateAmount(amount, at.key(name))));
  }
  return errors;
}

function validateAmount(amount: string, path: ReturnType<typeof field>): FieldError[] {
  const quantity = tryParseQuantity(amount);
  return quantity === undefined || quantity.nano < 0n
    ? [
        invalid(
          path,
          quantity === undefined ? amount : quantityValue(amount),
          'must be a valid resource quantity',
        ),
      ]
    : [];
}

/** `storage` is the only name without a domain, or of kubernetes.io, that is counted. */
function validateKey(name: string, path: ReturnType<typeof field>): FieldError[] {
  const errors = conforms(qualifiedNameErrors, name, path);
  if (errors.length > 0) return errors;
  const native = !name.includes('/') || name.includes('kubernetes.io/');
  return native && name !== 'storage' ? [notSupported(path, name, ['storage'])] : [];
}

import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { each, optionalOneOf, optionalText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { validateLabelSelector } from '../../metadata/labels.ts';
import { dns1123SubdomainErrors } from '../../names/names.ts';
import { compareQuantities, parseQuantity, QuantityError } from '../../quantity.ts';
import type { PersistentVolumeClaimSpec } from '../../types.ts';

type Spec = Unchecked<PersistentVolumeClaimSpec>;

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

/** core validation `ValidatePersistentVolumeClaim`. */
export function validatePersistentVolumeClaim(object: { readonly spec?: Spec }): FieldError[] {
  return validateClaimSpec(object.spec ?? {}, field('spec'));
}

/** core validation `ValidatePersistentVolumeClaimSpec`; templates in pods and StatefulSets have the same form. */
export function validateClaimSpec(spec: Spec, path: FieldPath): FieldError[] {
  return [
    ...(spec.selector === undefined ? [] : validateLabelSelector(spec.selector, path.child('selector'))),
    ...validateAccessModes(spec.accessModes ?? [], path.child('accessModes')),
    ...validateStorage(spec.resources?.requests?.['storage'], path.child('resources').key('storage')),
    ...optionalText(dns1123SubdomainErrors, spec.storageClassName, path.child('storageClassName')),
    ...optionalText(
      dns1123SubdomainErrors,
      spec.volumeAttributesClassName,
      path.child('volumeAttributesClassName'),
    ),
    ...optionalOneOf(spec.volumeMode, VOLUME_MODES, path.child('volumeMode')),
    ...validateSource(spec.dataSource, path.child('dataSource')),
    ...validateSource(spec.dataSourceRef, path.child('dataSourceRef')),
    ...validateSameSource(spec, path),
  ];
}

export function validateAccessModes(modes: readonly string[], path: FieldPath): FieldError[] {
  if (modes.length === 0) return [required(path, 'at least 1 access mode is required')];
  return modeErrors(modes, path);
}

/** Validates the modes of claims and volumes. */
export function modeErrors(modes: readonly string[], path: FieldPath): FieldError[] {
  const errors = each(modes, path, (mode) =>
    ACCESS_MODES.includes(mode) ? [] : [notSupported(path, mode, ACCESS_MODES)],
  );
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(forbiddenField(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

function validateStorage(text: string | undefined, path: FieldPath): FieldError[] {
  if (text === undefined) return [required(path)];
  try {
    const positive = compareQuantities(parseQuantity(text), parseQuantity('0')) > 0;
    return positive ? [] : [invalid(path, text, 'must be greater than zero')];
  } catch (error) {
    if (error instanceof QuantityError) return [invalid(path, text, error.message)];
    throw error;
  }
}

function validateSource(source: Spec['dataSource'] | Spec['dataSourceRef'], path: FieldPath): FieldError[] {
  if (source === undefined) return [];
  const { name, kind, apiGroup } = source;
  const errors: FieldError[] = [];
  if ((name ?? '') === '') errors.push(required(path.child('name')));
  if ((kind ?? '') === '') errors.push(required(path.child('kind')));
  if ((apiGroup ?? '') === '' && kind !== 'PersistentVolumeClaim') {
    errors.push(
      invalid(path, kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"),
    );
  }
  return errors;
}

/** The older field and the newer one say the same, where both do. */
function validateSameSource({ dataSource, dataSourceRef }: Spec, path: FieldPath): FieldError[] {
  if (dataSourceRef?.namespace !== undefined && dataSourceRef.namespace !== '') {
    return dataSource === undefined
      ? []
      : [
          invalid(
            path,
            path.child('dataSource').toString(),
            'may not be specified when dataSourceRef.namespace is specified',
          ),
        ];
  }
  if (dataSource === undefined || dataSourceRef === undefined) return [];
  const same = (['name', 'kind', 'apiGroup'] as const).every(
    (key) => (dataSource[key] ?? '') === (dataSourceRef[key] ?? ''),
  );
  return same ? [] : [invalid(path, path.child('dataSource').toString(), 'must match dataSourceRef')];
}

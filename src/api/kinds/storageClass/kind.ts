import { ageColumn, column, nameColumn } from '../../columns.ts';
import { type FieldError, field, forbiddenField } from '../../fields/fieldErrors.ts';
import { equal } from '../../fields/equal.ts';
import { oneOf, optionalOneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { storageClasses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import { isDefaultClass } from '../../volumes/storageClass.ts';
import type { StorageClass } from '../../types.ts';
import { validateParameters, validateProvisioner } from './parameters.ts';
import { validateTopologies } from './topologies.ts';

const NAME_COLUMN = {
  ...nameColumn,
  cell: (o: StorageClass) => (isDefaultClass(o) ? `${o.metadata.name} (default)` : o.metadata.name),
};

/** storage validation `ValidateStorageClass`. */
export const storageClass: Kind = defineKind<StorageClass>({
  resource: storageClasses,
  schema: builtIn('V1StorageClass'),
  shortNames: ['sc'],
  setDefaults(draft) {
    draft.reclaimPolicy ??= 'Delete';
    draft.volumeBindingMode ??= 'Immediate';
  },
  validate: (object) => [
    ...validateProvisioner(object.provisioner, field('provisioner')),
    ...validateParameters(object.parameters, field('parameters')),
    ...(object.reclaimPolicy === ''
      ? []
      : optionalOneOf(object.reclaimPolicy, ['Delete', 'Retain'], field('reclaimPolicy'))),
    ...oneOf(object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], field('volumeBindingMode')),
    ...validateTopologies(object.allowedTopologies, field('allowedTopologies')),
  ],
  validateUpdate: (object, old) => [
    ...fixed(object, old, 'parameters'),
    ...fixed(object, old, 'provisioner'),
    ...fixed(object, old, 'reclaimPolicy'),
    ...immutableField(object.volumeBindingMode, old.volumeBindingMode, field('volumeBindingMode')),
  ],
  returnsDeleted: true,
  columns: [
    NAME_COLUMN,
    column(
      'Provisioner',
      'string',
      'Who makes its volumes.',
      (o: Unchecked<StorageClass>) => o.provisioner ?? '',
    ),
    column('ReclaimPolicy', 'string', 'What becomes of its volumes.', (o) => o.reclaimPolicy ?? 'Delete'),
    column(
      'VolumeBindingMode',
      'string',
      'When its claims get volumes.',
      (o) => o.volumeBindingMode ?? 'Immediate',
    ),
    column(
      'AllowVolumeExpansion',
      'boolean',
      'Whether its volumes can grow.',
      (o) => o.allowVolumeExpansion ?? false,
    ),
    ageColumn,
  ],
});

function fixed(
  object: StorageClass,
  old: StorageClass,
  name: 'parameters' | 'provisioner' | 'reclaimPolicy',
): FieldError[] {
  return equal(object[name], old[name])
    ? []
    : [forbiddenField(field(name), `updates to ${name} are forbidden.`)];
}

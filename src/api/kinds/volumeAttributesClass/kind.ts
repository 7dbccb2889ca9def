import { ageColumn, column, nameColumn } from '../../columns.ts';
import { field, forbiddenField } from '../../fields/fieldErrors.ts';
import { equal } from '../../fields/equal.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { volumeAttributesClasses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { VolumeAttributesClass } from '../../types.ts';
import { validateParameters, validateProvisioner } from '../storageClass/parameters.ts';

/** storage validation `ValidateVolumeAttributesClass` (KEP-3751). */
export const volumeAttributesClass: Kind = defineKind<VolumeAttributesClass>({
  resource: volumeAttributesClasses,
  schema: builtIn('V1VolumeAttributesClass'),
  shortNames: ['vac'],
  validate: (object) => [
    ...validateProvisioner(object.driverName, field('driverName')),
    ...validateParameters(object.parameters, field('parameters'), true),
  ],
  validateUpdate: (object, old) =>
    (['driverName', 'parameters'] as const)
      .filter((name) => !equal(object[name], old[name]))
      .map((name) => forbiddenField(field(name), `updates to ${name} are forbidden.`)),
  returnsDeleted: true,
  columns: [
    nameColumn,
    column(
      'DriverName',
      'string',
      'The driver that knows the attributes.',
      (o: Unchecked<VolumeAttributesClass>) => o.driverName ?? '',
    ),
    ageColumn,
  ],
});

import { createdAtColumn, nameColumn } from '../../columns.ts';
import { type FieldError, field, invalid } from '../../fields/fieldErrors.ts';
import { conforms } from '../../fields/rules.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { validateLabelSelector } from '../../metadata/labels.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { dns1123SubdomainErrors } from '../../names/names.ts';
import { parseQuantity, QuantityError } from '../../quantity.ts';
import { csiStorageCapacities } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CSIStorageCapacity } from '../../types.ts';

/** storage validation `ValidateCSIStorageCapacity` (KEP-1472). */
export const csiStorageCapacity: Kind = defineKind<CSIStorageCapacity>({
  resource: csiStorageCapacities,
  schema: builtIn('V1CSIStorageCapacity'),
  unconditionalUpdate: false,
  validate: (object) => [
    ...(object.nodeTopology === undefined
      ? []
      : validateLabelSelector(object.nodeTopology, field('nodeTopology'))),
    ...conforms(
      dns1123SubdomainErrors,
      (object as { storageClassName?: string }).storageClassName ?? '',
      field('storageClassName'),
    ),
    ...validateCapacity(object.capacity),
  ],
  validateUpdate: (object, old) => [
    ...immutableField(object.nodeTopology, old.nodeTopology, field('nodeTopology')),
    ...immutableField(object.storageClassName, old.storageClassName, field('storageClassName')),
  ],
  columns: [nameColumn, createdAtColumn],
});

function validateCapacity(capacity: string | undefined): FieldError[] {
  if (capacity === undefined) return [];
  const path = field('capacity');
  try {
    return parseQuantity(capacity).nano < 0n
      ? [invalid(path, capacity, 'must be greater than or equal to 0')]
      : [];
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return [invalid(path, capacity, error.message)];
  }
}

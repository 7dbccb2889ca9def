import { ageColumn, column, nameColumn } from '../../columns.ts';
import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import { conforms, each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { immutableField, nonNegative } from '../../metadata/metadata.ts';
import { csiDriverNameErrors } from '../../names/csiDriver.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import { csiNodes } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CSINode } from '../../types.ts';

type Driver = NonNullable<Unchecked<CSINode>['spec']>['drivers'] extends infer D
  ? NonNullable<D> extends readonly (infer E)[]
    ? E
    : never
  : never;

const MAX_ID_LENGTH = 256;

/** storage validation `ValidateCSINode`. */
export const csiNode: Kind = defineKind<CSINode>({
  resource: csiNodes,
  schema: builtIn('V1CSINode'),
  unconditionalUpdate: false,
  validate(object) {
    const { spec } = object as Unchecked<CSINode>;
    const names = new Set<string>();
    return each(spec?.drivers, field('spec', 'drivers'), (driver, at) => {
      const { name = '' } = driver;
      const errors = validateDriver(driver, at);
      if (names.has(name)) errors.push(duplicate(at.child('name'), name));
      names.add(name);
      return errors;
    });
  },
  validateUpdate: ({ spec }: Unchecked<CSINode>, { spec: old }: Unchecked<CSINode>) =>
    (old?.drivers ?? []).flatMap(({ allocatable: _, ...before }) => {
      const driver = (spec?.drivers ?? []).find(({ name }) => name === before.name);
      if (driver === undefined) return [];
      const { allocatable: __, ...now } = driver;
      return immutableField(now, before, field('spec', 'drivers'));
    }),
  returnsDeleted: true,
  columns: [
    nameColumn,
    column(
      'Drivers',
      'integer',
      'How many drivers are on the node.',
      ({ spec }: Unchecked<CSINode>) => (spec?.drivers ?? []).length,
    ),
    ageColumn,
  ],
});

function validateDriver(
  { name, nodeID = '', topologyKeys, allocatable }: Driver,
  path: FieldPath,
): FieldError[] {
  const errors = csiDriverNameErrors(name, path.child('name'));
  if (nodeID === '') errors.push(required(path.child('nodeID')));
  if (nodeID.length > MAX_ID_LENGTH) {
    errors.push(invalid(path.child('nodeID'), nodeID, `must be ${MAX_ID_LENGTH} characters or less`));
  }
  errors.push(...nonNegative(allocatable?.count, path.child('allocatable', 'count')));
  const keys = new Set<string>();
  for (const key of topologyKeys ?? []) {
    if (key === '') errors.push(required(path));
    if (keys.has(key)) errors.push(duplicate(path, key));
    keys.add(key);
    errors.push(...conforms(qualifiedNameErrors, key, path));
  }
  return errors;
}

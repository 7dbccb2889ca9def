import { field, required } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { controllerOf, type Draft } from '../../meta.ts';
import { controllerRevisions } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ControllerRevision } from '../../types.ts';
import { immutableField, nonNegative } from '../../metadata/metadata.ts';
import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';

export const controllerRevision: Kind = defineKind<ControllerRevision>({
  resource: controllerRevisions,
  schema: builtIn('V1ControllerRevision'),
  setDefaults(draft) {
    const incomplete: Partial<Draft<ControllerRevision>> = draft;
    incomplete.revision ??= 0;
  },
  validate(object) {
    const errors = nonNegative(object.revision, field('revision'));
    return object.data === undefined ? [...errors, required(field('data'), 'data is mandatory')] : errors;
  },
  validateUpdate: (object, old) => immutableField(object.data, old.data, field('data')),
  columns: [
    nameColumn,
    column('Controller', 'string', 'The workload that it is a revision of.', (object) => {
      const owner = controllerOf(object);
      if (owner === undefined) return NONE;
      const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
      const kind = owner.kind.toLowerCase();
      return `${group === '' ? kind : `${kind}.${group}`}/${owner.name}`;
    }),
    column('Revision', 'integer', 'Number of the revision.', (object) => object.revision),
    ageColumn,
  ],
});

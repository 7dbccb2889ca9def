import { ageColumn, column, nameColumn } from '../../columns.ts';
import { field, type FieldError } from '../../fields/fieldErrors.ts';
import { conforms } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { validateLabels } from '../../metadata/labels.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { dns1123LabelErrors } from '../../names/names.ts';
import { validateResources } from '../../podSpec/resources.ts';
import { validateTolerations } from '../../podSpec/tolerations.ts';
import { runtimeClasses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { RuntimeClass } from '../../types.ts';

export const runtimeClass: Kind = defineKind<RuntimeClass>({
  resource: runtimeClasses,
  schema: builtIn('V1RuntimeClass'),
  validate: validateRuntimeClass,
  validateUpdate: (object, old) => immutableField(object.handler, old.handler, field('handler')),
  columns: [
    nameColumn,
    column('Handler', 'string', 'Configuration of the runtime that it stands for.', (o) => handlerOf(o)),
    ageColumn,
  ],
});

const handlerOf = ({ handler = '' }: { readonly handler?: string | undefined }): string => handler;

/** node validation `ValidateRuntimeClass`. */
function validateRuntimeClass(object: Unchecked<RuntimeClass>): FieldError[] {
  const { overhead, scheduling } = object;
  const path = field('scheduling');
  return [
    ...conforms(dns1123LabelErrors, handlerOf(object), field('handler')),
    ...(overhead === undefined ? [] : validateResources({ limits: overhead.podFixed }, field('overhead'))),
    ...validateLabels(scheduling?.nodeSelector, path.child('nodeSelector')),
    ...validateTolerations(scheduling?.tolerations, path.child('tolerations')),
  ];
}

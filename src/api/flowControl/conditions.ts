import { duplicate, type FieldError, field, required } from '../fields/fieldErrors.ts';
import { each } from '../fields/rules.ts';

interface Status {
  readonly conditions?: readonly { readonly type?: string | undefined }[] | undefined;
}

/** flowcontrol validation `ValidateFlowSchemaStatus`, which is that of priority levels too. */
export function validateFlowStatus(status: Status | undefined): FieldError[] {
  const conditions = status?.conditions ?? [];
  const types = conditions.map(({ type }) => type);
  return each(conditions, field('status', 'conditions'), ({ type = '' }, at, index) => [
    ...(types.indexOf(type) >= 0 && types.indexOf(type) < index ? [duplicate(at.child('type'), type)] : []),
    ...(type === '' ? [required(at.child('type'), 'must not be empty')] : []),
  ]);
}

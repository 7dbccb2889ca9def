import { type FieldError, field, invalid, required } from '../../fields/fieldErrors.ts';
import type { CoreEvent } from '../../types.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import { conforms } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

const MAX_LENGTHS = { reportingInstance: 128, action: 128, reason: 128, message: 1024 } as const;

/**
 * core validation `legacyValidateEvent`: an event is kept with what it is about, and one with an `eventTime` (the
 * newer form) says who reports what. Which address it came by is not looked at.
 */
export function validateEvent(object: Unchecked<CoreEvent>): FieldError[] {
  const involved = object.involvedObject?.namespace ?? '';
  const own = object.metadata?.namespace ?? '';
  const mismatch = invalid(field('involvedObject', 'namespace'), involved, 'does not match event.namespace');
  if (object.eventTime === undefined) {
    // Events of what has no namespace are kept in "default".
    return (involved === '' ? own === 'default' : involved === own) ? [] : [mismatch];
  }
  const errors: FieldError[] = [];
  if (involved === '' && own !== 'default' && own !== 'kube-system') errors.push(mismatch);
  const controller = object.reportingComponent ?? '';
  if (controller === '') errors.push(required(field('reportingController')));
  errors.push(...conforms(qualifiedNameErrors, controller, field('reportingController')));
  for (const name of ['reportingInstance', 'action', 'reason'] as const) {
    if ((object[name] ?? '') === '') errors.push(required(field(name)));
  }
  for (const [name, length] of Object.entries(MAX_LENGTHS)) {
    if ((object[name as keyof typeof MAX_LENGTHS] ?? '').length > length) {
      errors.push(invalid(field(name), '', `can have at most ${length} characters`));
    }
  }
  return errors;
}

import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
} from '../fields/fieldErrors.ts';
import type { Toleration } from '../types.ts';
import { equal } from '../fields/equal.ts';
import { labelValueErrors, qualifiedNameErrors } from '../names/names.ts';
import { each, optionalOneOf, optionalText, remembering } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** core validation `ValidateTolerations`. */
export function validateTolerations(
  tolerations: readonly Unchecked<Toleration>[] | undefined,
  path: FieldPath,
): FieldError[] {
  return each(tolerations, path, validateToleration);
}

const validateToleration = remembering((toleration: Unchecked<Toleration>, at: FieldPath): FieldError[] => {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  const errors = optionalText(qualifiedNameErrors, key, at.child('key'));
  if (key === '' && operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(at.child('operator'), operator, why));
  }
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      invalid(at.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  switch (operator) {
    case '':
    case 'Equal': {
      const wrong = labelValueErrors(value);
      if (wrong.length > 0) errors.push(invalid(at.child('operator'), value, wrong.join(';')));
      break;
    }
    case 'Exists':
      if (value !== '') {
        errors.push(
          invalid(at.child('operator'), toleration, "value must be empty when `operator` is 'Exists'"),
        );
      }
      break;
    default:
      errors.push(notSupported(at.child('operator'), operator, ['Equal', 'Exists']));
  }
  if (effect !== '') errors.push(...optionalOneOf(effect, EFFECTS, at.child('effect')));
  return errors;
});

/** A pod's tolerations may only become more; how long one lasts may change (core `validateOnlyAddedTolerations`). */
export function validateAddedTolerations(
  now: readonly Toleration[] | undefined,
  before: readonly Toleration[] | undefined,
  path: FieldPath,
): FieldError[] {
  const lasting = ({ tolerationSeconds: _, ...rest }: Toleration): Omit<Toleration, 'tolerationSeconds'> =>
    rest;
  const kept = (before ?? []).every(
    (old) => now?.some((added) => equal(lasting(added), lasting(old))) === true,
  );
  return kept
    ? []
    : [forbiddenField(path, 'existing toleration can not be modified except its tolerationSeconds')];
}

import { type FieldError, type FieldPath, forbiddenField, invalid, required } from '../fields/fieldErrors.ts';
import type { LabelSelector } from '../meta.ts';
import { labelValueErrors, qualifiedNameErrors } from '../names/names.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type Labels = Readonly<Record<string, string | undefined>>;

/** apimachinery `pkg/apis/meta/v1/validation/validation.go`. */
export function validateLabels(labels: Labels | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.push(...qualifiedNameErrors(key).map((text) => invalid(path, key, text)));
    errors.push(...labelValueErrors(value ?? '').map((text) => invalid(path, value, text)));
  }
  return errors;
}

export function validateLabelSelector(
  selector: Unchecked<LabelSelector> | undefined,
  path: FieldPath,
): FieldError[] {
  const errors = validateLabels(selector?.matchLabels, path.child('matchLabels'));
  (selector?.matchExpressions ?? []).forEach((requirement, i) => {
    const at = path.child('matchExpressions').index(i);
    const values = requirement.values ?? [];
    switch (requirement.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          errors.push(required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          errors.push(
            forbiddenField(
              at.child('values'),
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          );
        }
        break;
      default:
        errors.push(
          invalid(at.child('operator'), requirement.operator ?? '', 'not a valid selector operator'),
        );
    }
    const key = requirement.key ?? '';
    errors.push(...qualifiedNameErrors(key).map((text) => invalid(at.child('key'), key, text)));
    values.forEach((value, j) => {
      errors.push(
        ...labelValueErrors(value).map((text) => invalid(at.child('values').index(j), value, text)),
      );
    });
  });
  return errors;
}

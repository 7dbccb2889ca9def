import { duplicate, type FieldError, type FieldPath, required } from '../../fields/fieldErrors.ts';
import { conforms, each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import type { StorageClass } from '../../types.ts';

type Term = NonNullable<Unchecked<StorageClass>['allowedTopologies']>[number];

/** core validation `ValidateTopologySelectorTerm` and storage validation `validateAllowedTopologies`. */
export function validateTopologies(terms: readonly Term[] | undefined, path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return each(terms, path, (term, at) => {
    const list = at.child('matchLabelExpressions');
    const errors = validateTerm(term, list);
    const form = formOf(term);
    if (seen.has(form)) errors.push(duplicate(list, ''));
    seen.add(form);
    return errors;
  });
}

function validateTerm({ matchLabelExpressions }: Term, path: FieldPath): FieldError[] {
  const keys = new Set<string>();
  return each(matchLabelExpressions, path, ({ key = '', values = [] }, at) => {
    const errors: FieldError[] = values.length === 0 ? [required(at.child('values'))] : [];
    const known = new Set<string>();
    values.forEach((value, i) => {
      if (known.has(value)) errors.push(duplicate(at.child('values').index(i), value));
      known.add(value);
    });
    errors.push(...conforms(qualifiedNameErrors, key, at.child('key')));
    if (keys.has(key)) errors.push(duplicate(at.child('key'), key));
    keys.add(key);
    return errors;
  });
}

/** The same text for terms that say the same in another order. */
function formOf({ matchLabelExpressions = [] }: Term): string {
  const parts = matchLabelExpressions.map(({ key, values = [] }) => [key, [...values].sort()]);
  return JSON.stringify(parts.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

import { type FieldError, type FieldPath, invalid, required } from '../../fields/fieldErrors.ts';
import { dns1035LabelErrors } from '../../names/names.ts';
import type { CustomResourceNames } from '../../types.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

type Names = Unchecked<CustomResourceNames>;

/** apiextensions `validation.go` ValidateCustomResourceDefinitionNames: of those that are there. */
export function nameErrors(names: Names | undefined, path: FieldPath): FieldError[] {
  if (names === undefined) return [];
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  return [
    ...label(plural, path.child('plural')),
    ...label(singular, path.child('singular')),
    ...mixedCaseLabel(kind, path.child('kind')),
    ...mixedCaseLabel(listKind, path.child('listKind')),
    ...shortNames.flatMap((name, at) => listed(name, path.child('shortNames').index(at))),
    ...(kind !== '' && kind === listKind
      ? [invalid(path.child('listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
    ...categories.flatMap((name, at) => listed(name, path.child('categories').index(at))),
  ];
}

/** Those that a definition has to ask for. */
export function missingNames(names: Names | undefined, path: FieldPath): FieldError[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const).flatMap((name) =>
    (names?.[name] ?? '') === '' ? [required(path.child(name))] : [],
  );
}

const label = (value: string, path: FieldPath): FieldError[] => (value === '' ? [] : listed(value, path));

function listed(value: string, path: FieldPath): FieldError[] {
  const problems = dns1035LabelErrors(value);
  return problems.length === 0 ? [] : [invalid(path, value, problems.join(','))];
}

function mixedCaseLabel(value: string, path: FieldPath): FieldError[] {
  const problems = value === '' ? [] : dns1035LabelErrors(value.toLowerCase());
  return problems.length === 0
    ? []
    : [invalid(path, value, `may have mixed case, but should otherwise match: ${problems.join(',')}`)];
}

import { type FieldError, type FieldPath, forbiddenField, invalid, required } from '../fields/fieldErrors.ts';
import type { NodeSelector, NodeSelectorTerm } from '../types.ts';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../names/names.ts';
import { conforms, each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type Requirement = NonNullable<Unchecked<NodeSelectorTerm>['matchExpressions']>[number];

/** core validation `ValidateNodeSelector`. */
export function validateNodeSelector(selector: Unchecked<NodeSelector>, path: FieldPath): FieldError[] {
  const at = path.child('nodeSelectorTerms');
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')];
  return each(terms, at, validateNodeSelectorTerm);
}

export function validateNodeSelectorTerm(term: Unchecked<NodeSelectorTerm>, path: FieldPath): FieldError[] {
  return [
    ...each(term.matchExpressions, path.child('matchExpressions'), validateExpression),
    ...each(term.matchFields, path.child('matchFields'), validateField),
  ];
}

function validateExpression(
  { key = '', operator = '', values = [] }: Requirement,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbiddenField(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'));
  }
  return [...errors, ...conforms(qualifiedNameErrors, key, path.child('key'))];
}

/** The only field of a node that can be matched is its name. */
function validateField({ key = '', operator = '', values = [] }: Requirement, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(path.child('values'), why));
  }
  if (key !== 'metadata.name') {
    return [...errors, invalid(path.child('key'), key, 'not a valid field selector key')];
  }
  return [
    ...errors,
    ...each(values, path.child('values'), (value, at) => conforms(dns1123SubdomainErrors, value, at)),
  ];
}

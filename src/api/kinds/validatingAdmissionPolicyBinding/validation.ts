import {
  duplicate,
  type FieldError,
  type FieldPath,
  field,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { conforms, each, oneOf, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { validateLabelSelector } from '../../metadata/labels.ts';
import { dns1123SubdomainErrors, pathSegmentErrors } from '../../names/names.ts';
import { validateMatchResources } from '../../policies/matchResources.ts';
import type { ValidatingAdmissionPolicyBinding } from '../../types.ts';

type Spec = Unchecked<ValidatingAdmissionPolicyBinding['spec']>;

const ACTIONS = ['Audit', 'Deny', 'Warn'];

/** `pkg/apis/admissionregistration/validation` ValidateValidatingAdmissionPolicyBinding. */
export function validateBinding({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const { policyName, paramRef, matchResources, validationActions } = spec as Spec;
  const path = field('spec');
  return [
    ...requiredText(dns1123SubdomainErrors, policyName, path.child('policyName')),
    ...(paramRef === undefined ? [] : paramRefErrors(paramRef, path.child('paramRef'))),
    ...(matchResources === undefined
      ? []
      : validateMatchResources(matchResources, path.child('matchResources'))),
    ...actionErrors(validationActions ?? [], path.child('validationActions')),
  ];
}

function actionErrors(actions: readonly string[], path: FieldPath): FieldError[] {
  const errors = each(actions, path, (action, at, index) => [
    ...(ACTIONS.includes(action) ? [] : [notSupported(at, action, ACTIONS)]),
    ...(actions.indexOf(action) < index ? [duplicate(at, action)] : []),
  ]);
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const text =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(path, actions, text));
  }
  if (actions.length === 0) errors.push(required(path, 'at least one validation action is required'));
  return errors;
}

function paramRefErrors(reference: NonNullable<Spec['paramRef']>, path: FieldPath): FieldError[] {
  const { name = '', selector, parameterNotFoundAction } = reference;
  const exclusive = 'name and selector are mutually exclusive';
  return [
    ...(name === '' ? [] : conforms(pathSegmentErrors, name, path.child('name'))),
    ...(name !== '' && selector !== undefined ? [forbiddenField(path.child('name'), exclusive)] : []),
    ...(selector === undefined ? [] : validateLabelSelector(selector, path.child('selector'))),
    ...(name !== '' && selector !== undefined ? [forbiddenField(path.child('selector'), exclusive)] : []),
    ...(name === '' && selector === undefined
      ? [required(path, 'one of name or selector must be specified')]
      : []),
    ...oneOf(parameterNotFoundAction, ['Deny', 'Allow'], path.child('parameterNotFoundAction')),
  ];
}

import {
  duplicate,
  type FieldError,
  type FieldPath,
  field,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { each, oneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from '../../names/names.ts';
import { type Checked, PolicyCompiler } from '../../policies/compiler.ts';
import { validateMatchResources } from '../../policies/matchResources.ts';
import type { ValidatingAdmissionPolicy } from '../../types.ts';
import { validateMatchConditions } from '../../webhooks/matchConditions.ts';
import { FAILURE_POLICIES } from '../../webhooks/validation.ts';

type Spec = Unchecked<ValidatingAdmissionPolicy['spec']>;
type Item<K extends keyof Spec> = NonNullable<Spec[K]> extends readonly (infer I)[] ? I : never;

const MAX_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION = 5 * 1024;
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];

/** `pkg/apis/admissionregistration/validation` ValidateValidatingAdmissionPolicy. */
export function validatePolicy({ metadata, spec }: ValidatingAdmissionPolicy): FieldError[] {
  const unchecked = spec as Spec;
  const path = field('spec');
  const compiler = new PolicyCompiler(unchecked.paramKind !== undefined);
  return [
    ...oneOf(unchecked.failurePolicy, FAILURE_POLICIES, path.child('failurePolicy')),
    ...paramKindErrors(unchecked.paramKind, path.child('paramKind')),
    ...matchErrors(unchecked.matchConstraints, path.child('matchConstraints')),
    ...validateMatchConditions(unchecked.matchConditions ?? [], path.child('matchConditions'), (expression) =>
      compiler.condition(expression),
    ),
    ...each(unchecked.variables, path.child('variables'), (variable, at) =>
      variableErrors(compiler, variable, at),
    ),
    ...ruleErrors(compiler, metadata.name, unchecked, path),
  ];
}

function matchErrors(match: Spec['matchConstraints'], path: FieldPath): FieldError[] {
  if (match === undefined) return [required(path)];
  const errors = validateMatchResources(match, path);
  return (match.resourceRules ?? []).length === 0
    ? [...errors, required(path.child('resourceRules'))]
    : errors;
}

function paramKindErrors(kind: Spec['paramKind'], path: FieldPath): FieldError[] {
  if (kind === undefined) return [];
  const { apiVersion = '', kind: name = '' } = kind;
  const errors = apiVersionErrors(apiVersion, path.child('apiVersion'));
  if (name === '') return [...errors, required(path.child('kind'))];
  const wrong = dns1035LabelErrors(name.toLowerCase());
  if (wrong.length === 0) return errors;
  const text = `may have mixed case, but should otherwise match: ${wrong.join(',')}`;
  return [...errors, invalid(path.child('kind'), name, text)];
}

function apiVersionErrors(apiVersion: string, path: FieldPath): FieldError[] {
  if (apiVersion === '') return [required(path)];
  const parts = apiVersion.split('/');
  if (parts.length > 2) return [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const version = parts.at(-1) ?? '';
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const groupErrors = group === '' ? [] : dns1123SubdomainErrors(group);
  const versionErrors = version === '' ? [] : dns1035LabelErrors(version);
  return [
    ...(groupErrors.length > 0 ? [invalid(path, group, groupErrors.join(','))] : []),
    ...(version === '' ? [invalid(path, apiVersion, 'version must be specified')] : []),
    ...(versionErrors.length > 0 ? [invalid(path, version, versionErrors.join(','))] : []),
  ];
}

const RESERVED = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
);

function variableErrors(
  compiler: PolicyCompiler,
  variable: Item<'variables'>,
  path: FieldPath,
): FieldError[] {
  const { name = '', expression = '' } = variable;
  const isName = /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name);
  const errors =
    name.trim() === ''
      ? [required(path.child('name'), 'name is not specified')]
      : isName
        ? []
        : [invalid(path.child('name'), name, 'name is not a valid CEL identifier')];
  if (expression.trim() === '')
    return [...errors, required(path.child('expression'), 'expression is not specified')];
  return [
    ...errors,
    ...checkedErrors(compiler.variable(name, expression), expression, path.child('expression')),
  ];
}

function checkedErrors(checked: Checked, expression: string, path: FieldPath): FieldError[] {
  return checked.ok ? [] : [invalid(path, expression, checked.message)];
}

function ruleErrors(compiler: PolicyCompiler, policy: string, spec: Spec, path: FieldPath): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item';
    return [required(path.child('validations'), text), required(path.child('auditAnnotations'), text)];
  }
  const annotations = path.child('auditAnnotations');
  const keys = auditAnnotations.map(({ key }) => key);
  return [
    ...each(validations, path.child('validations'), (validation, at) =>
      validationErrors(compiler, validation, at),
    ),
    ...(auditAnnotations.length > MAX_ANNOTATIONS
      ? [
          invalid(
            annotations,
            auditAnnotations,
            `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`,
          ),
        ]
      : []),
    ...each(auditAnnotations, annotations, (annotation, at, index) => [
      ...annotationErrors(compiler, policy, annotation, at),
      ...(keys.indexOf(annotation.key) < index ? [duplicate(at.child('key'), annotation.key)] : []),
    ]),
  ];
}

function validationErrors(
  compiler: PolicyCompiler,
  validation: Item<'validations'>,
  path: FieldPath,
): FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const at = { expression: path.child('expression'), message: path.child('message') };
  const errors =
    expression.trim() === ''
      ? [required(at.expression, 'expression is not specified')]
      : checkedErrors(compiler.expression(expression, 'bool'), expression, at.expression);
  const telling = path.child('messageExpression');
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(invalid(telling, messageExpression, 'must be non-empty if specified'));
  } else if (messageExpression !== '') {
    errors.push(...checkedErrors(compiler.message(messageExpression), messageExpression, telling));
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(at.message, message, 'message must be non-empty if specified'));
  } else if (message.trim().includes('\n')) {
    errors.push(invalid(at.message, message, 'message must not contain line breaks'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(path.child('reason'), reason, REASONS));
  }
  return errors;
}

function annotationErrors(
  compiler: PolicyCompiler,
  policy: string,
  annotation: Item<'auditAnnotations'>,
  path: FieldPath,
): FieldError[] {
  const { key = '', valueExpression = '' } = annotation;
  const errors =
    policy === ''
      ? [invalid(path.child('key'), key, 'requires metadata.name be non-empty')]
      : qualifiedNameErrors(`${policy}/${key}`).map((text) =>
          invalid(path.child('key'), `${policy}/${key}`, text),
        );
  const at = path.child('valueExpression');
  if (valueExpression.trim() === '') return [...errors, required(at, 'valueExpression is not specified')];
  if (Buffer.byteLength(valueExpression.trim()) > MAX_VALUE_EXPRESSION) {
    return [...errors, required(at, `must not exceed ${MAX_VALUE_EXPRESSION} bytes in length`)];
  }
  return [
    ...errors,
    ...checkedErrors(compiler.expression(valueExpression, 'string or null'), valueExpression, at),
  ];
}

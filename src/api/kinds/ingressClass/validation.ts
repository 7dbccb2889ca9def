import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
  tooLong,
} from '../../fields/fieldErrors.ts';
import { conforms, oneOf, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { immutableField } from '../../metadata/metadata.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentErrors,
  regexError,
} from '../../names/names.ts';
import type { IngressClass } from '../../types.ts';

type Spec = Unchecked<IngressClass['spec']>;
type Parameters = NonNullable<Spec['parameters']>;

const MAX_CONTROLLER_LENGTH = 250;
const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const pathPattern = new RegExp(`^${PATH}$`);

/** networking validation `ValidateIngressClass`. */
export function validateIngressClass({ spec = {} }: { readonly spec?: Spec }): FieldError[] {
  const path = field('spec');
  const { controller = '', parameters } = spec;
  return [
    ...validateController(controller, path.child('controller')),
    ...(parameters === undefined ? [] : validateParameters(parameters, path.child('parameters'))),
  ];
}

export function validateIngressClassUpdate({ spec }: IngressClass, old: IngressClass): FieldError[] {
  return immutableField(spec.controller, old.spec.controller, field('spec', 'controller'));
}

function validateController(controller: string, path: FieldPath): FieldError[] {
  if (controller === '') return [required(path)];
  const errors = controller.length > MAX_CONTROLLER_LENGTH ? [tooLong(path, MAX_CONTROLLER_LENGTH)] : [];
  const slash = controller.indexOf('/');
  if (slash <= 0 || slash === controller.length - 1) {
    return [...errors, invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const rest = controller.slice(slash + 1);
  return [
    ...errors,
    ...conforms(dns1123SubdomainErrors, controller.slice(0, slash), path),
    ...(pathPattern.test(rest) ? [] : [invalid(path, rest, regexError('Invalid path', PATH))]),
  ];
}

function validateParameters(parameters: Parameters, path: FieldPath): FieldError[] {
  const { apiGroup, kind, name, scope, namespace } = parameters;
  const errors = [
    ...(apiGroup === undefined ? [] : conforms(dns1123SubdomainErrors, apiGroup, path.child('apiGroup'))),
    ...requiredText(pathSegmentErrors, kind, path.child('kind')),
    ...requiredText(pathSegmentErrors, name, path.child('name')),
    ...oneOf(scope, ['Cluster', 'Namespace'], path.child('scope')),
  ];
  const at = path.child('namespace');
  if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(at, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...conforms(dns1123LabelErrors, namespace, at));
  }
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbiddenField(at, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

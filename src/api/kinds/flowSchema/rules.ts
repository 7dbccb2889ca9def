import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { each, present, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../names/names.ts';
import type { FlowSchema } from '../../types.ts';

type Rule = NonNullable<Unchecked<FlowSchema['spec']>['rules']>[number];
type Subject = NonNullable<Rule['subjects']>[number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];
type PathRule = NonNullable<Rule['nonResourceRules']>[number];

const ALL = '*';
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
/** Kinds of subjects, and the field that each has. */
const SUBJECTS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;
const KINDS = Object.keys(SUBJECTS);
const NAMESPACE = "each member of this list must be '*' or a DNS-1123 label; ";

/** flowcontrol validation `ValidateFlowSchemaPolicyRulesWithSubjects`. */
export function validateRule(rule: Rule, at: FieldPath): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors: FieldError[] = [];
  if (subjects.length === 0) {
    errors.push(required(at.child('subjects'), 'subjects must contain at least one value'));
  }
  errors.push(...each(subjects, at.child('subjects'), validateSubject));
  if (resourceRules.length + nonResourceRules.length === 0) {
    const why = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    errors.push(required(at, why));
  }
  return [
    ...errors,
    ...each(resourceRules, at.child('resourceRules'), validateResourceRule),
    ...each(nonResourceRules, at.child('nonResourceRules'), validatePathRule),
  ];
}

function validateSubject(subject: Subject, at: FieldPath): FieldError[] {
  const { kind = '' } = subject;
  const own = Object.entries(SUBJECTS).find(([name]) => name === kind)?.[1];
  if (own === undefined) return [notSupported(at.child('kind'), kind, KINDS)];
  const path = at.child(own);
  const errors: FieldError[] = [];
  const detail = subject[own];
  if (detail === undefined) errors.push(required(path, `${own} is required when subject kind is '${kind}'`));
  else if (own === 'serviceAccount') {
    const { name, namespace = '' } = subject.serviceAccount ?? {};
    if (name !== ALL) errors.push(...requiredText(dns1123SubdomainErrors, name, path.child('name')));
    const here = path.child('namespace');
    if (namespace === '') errors.push(required(here, 'must specify namespace for service account'));
    else errors.push(...requiredText(dns1123LabelErrors, namespace, here));
  } else errors.push(...present(detail.name, path.child('name')));
  for (const [other, name] of Object.entries(SUBJECTS)) {
    if (name === own || subject[name] === undefined) continue;
    const why = `${name} is forbidden when subject kind is not '${other}'`;
    errors.push(forbiddenField(at.child(name), why));
  }
  return errors;
}

function validateVerbs(verbs: readonly string[], at: FieldPath): FieldError[] {
  if (verbs.length === 0) return [required(at, 'verbs must contain at least one value')];
  if (verbs.includes(ALL)) return onlyAll(verbs, at, 'verbs');
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(at, verbs, VERBS)];
}

const onlyAll = (list: readonly string[], at: FieldPath, what: string): FieldError[] =>
  list.includes(ALL) && list.length > 1
    ? [invalid(at, list, `if '*' is present, must not specify other ${what}`)]
    : [];

function validateResourceRule(rule: ResourceRule, at: FieldPath): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule;
  const some = (list: readonly string[], path: FieldPath, what: string, others: string): FieldError[] =>
    list.length === 0
      ? [required(path, `resource rules must supply at least one ${what}`)]
      : onlyAll(list, path, others);
  const path = at.child('namespaces');
  const errors = [
    ...validateVerbs(verbs, at.child('verbs')),
    ...some(apiGroups, at.child('apiGroups'), 'api group', 'api groups'),
    ...some(resources, at.child('resources'), 'resource', 'resources'),
  ];
  if (namespaces.length === 0 && !clusterScope) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace';
    return [...errors, required(path, why)];
  }
  if (namespaces.includes(ALL)) return [...errors, ...onlyAll(namespaces, path, 'namespaces')];
  return [
    ...errors,
    ...each(namespaces, path, (name, here) =>
      dns1123LabelErrors(name).map((text) => invalid(here, name, NAMESPACE + text)),
    ),
  ];
}

function validatePathRule({ verbs = [], nonResourceURLs: urls = [] }: PathRule, at: FieldPath): FieldError[] {
  const path = at.child('nonResourceURLs');
  const errors = validateVerbs(verbs, at.child('verbs'));
  if (urls.length === 0) {
    return [...errors, required(path, 'nonResourceURLs must contain at least one value')];
  }
  if (urls.includes(ALL)) return [...errors, ...onlyAll(urls, path, 'non-resource URLs')];
  return [
    ...errors,
    ...each(urls, path, (url, here) => {
      const why = pathError(url);
      return why === undefined ? [] : [invalid(here, url, why)];
    }),
  ];
}

/** flowcontrol validation `ValidateNonResourceURLPath`. */
function pathError(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split(ALL).length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*'))
    ? 'wildcard can only do suffix matching'
    : undefined;
}

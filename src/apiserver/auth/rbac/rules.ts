import type { PolicyRule } from '../../../api/types.ts';
import type { AuthorizationAttributes } from '../contract.ts';

const ALL = '*';

/** Whether one of the rules allows the request (`plugin/pkg/auth/authorizer/rbac`, `pkg/apis/rbac/v1/evaluation_helpers.go`). */
export function ruleAllows(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  const { verb } = attributes;
  if (!hasOrAll(rule.verbs, verb)) return false;
  if (!attributes.isResourceRequest) {
    return rule.nonResourceURLs?.some((pattern) => coversPath(pattern, attributes.path)) === true;
  }
  const { group, resource, subresource, name } = attributes;
  return (
    rule.apiGroups !== undefined &&
    hasOrAll(rule.apiGroups, group) &&
    rule.resources !== undefined &&
    coversResource(rule.resources, resource, subresource) &&
    (isEmpty(rule.resourceNames) || (name !== '' && rule.resourceNames.includes(name)))
  );
}

function hasOrAll(list: readonly string[], value: string): boolean {
  return list.includes(value) || list.includes(ALL);
}

function isEmpty(list: readonly string[] | undefined): list is undefined | readonly [] {
  return list === undefined || list.length === 0;
}

/** `pods/log` is named as such, by `*`, or by a star before `/log` (for every resource). */
function coversResource(resources: readonly string[], resource: string, subresource: string): boolean {
  if (resources.includes(ALL)) return true;
  if (subresource === '') return resources.includes(resource);
  return resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** A `*` at the end stands for everything that follows. */
function coversPath(pattern: string, path: string): boolean {
  if (pattern === ALL || pattern === path) return true;
  return pattern.endsWith(ALL) && path.startsWith(pattern.slice(0, -1));
}

/**
 * Which of the wanted rights the held ones do not cover, in pieces of one verb each; empty where all are covered
 * (component-helpers `auth/rbac/validation/policy_comparator.go`).
 */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(piecesOf).filter((piece) => !held.some((rule) => coversPiece(rule, piece)));
}

function piecesOf(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  const names = isEmpty(rule.resourceNames) ? [undefined] : rule.resourceNames;
  const pieces: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        for (const name of names) {
          pieces.push({
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            ...(name === undefined ? {} : { resourceNames: [name] }),
          });
        }
      }
    }
  }
  for (const url of nonResourceURLs) {
    for (const verb of verbs) pieces.push({ nonResourceURLs: [url], verbs: [verb] });
  }
  return pieces;
}

function coversPiece(rule: PolicyRule, piece: PolicyRule): boolean {
  const [verb = ''] = piece.verbs;
  if (!hasOrAll(rule.verbs, verb)) return false;
  const url = piece.nonResourceURLs?.[0];
  if (url !== undefined) return rule.nonResourceURLs?.some((pattern) => coversPath(pattern, url)) === true;
  const [group = ''] = piece.apiGroups ?? [];
  const [resource = ''] = piece.resources ?? [];
  const slash = resource.indexOf('/');
  const [main, sub] = slash < 0 ? [resource, ''] : [resource.slice(0, slash), resource.slice(slash + 1)];
  const [name] = piece.resourceNames ?? [];
  return (
    rule.apiGroups !== undefined &&
    hasOrAll(rule.apiGroups, group) &&
    rule.resources !== undefined &&
    coversResource(rule.resources, main, sub) &&
    (isEmpty(rule.resourceNames) || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

/** Puts pieces for the same resource and name together again, for messages (`pkg/registry/rbac/validation/policy_compact.go`). */
export function compactRules(pieces: readonly PolicyRule[]): readonly PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const piece of pieces) {
    if (!isEmpty(piece.nonResourceURLs)) {
      others.push(piece);
      continue;
    }
    const key = JSON.stringify([piece.apiGroups, piece.resources, piece.resourceNames]);
    const there = merged.get(key);
    merged.set(key, there === undefined ? piece : { ...there, verbs: [...there.verbs, ...piece.verbs] });
  }
  return [...merged.values(), ...others];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}` (rbac helpers CompactString). */
export function describeRule(rule: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = parts
    .filter(([, values]) => !isEmpty(values))
    .map(([name, values = []]) => `${name}:${quoteAll(values)}`);
  return `{${shown.join(', ')}}`;
}

/** As Go prints a list of strings with %q. */
export function quoteAll(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
}

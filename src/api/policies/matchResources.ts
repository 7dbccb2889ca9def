import { duplicate, type FieldError, type FieldPath, invalid, required } from '../fields/fieldErrors.ts';
import { each, oneOf } from '../fields/rules.ts';
import type { Incomplete, Unchecked } from '../fields/unchecked.ts';
import { validateLabelSelector } from '../metadata/labels.ts';
import { pathSegmentErrors } from '../names/names.ts';
import type { MatchResources, NamedRule } from '../types.ts';
import { validateRuleWithOperations } from '../webhooks/rules.ts';
import { MATCH_POLICIES } from '../webhooks/validation.ts';

/** Sets the defaults of the match rules of a policy or a binding. */
export function setMatchDefaults(match: Incomplete<MatchResources>): void {
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) {
    rule.scope ??= '*';
  }
}

export function validateMatchResources(match: Unchecked<MatchResources>, path: FieldPath): FieldError[] {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = match;
  return [
    ...oneOf(matchPolicy, MATCH_POLICIES, path.child('matchPolicy')),
    ...(namespaceSelector === undefined
      ? [required(path.child('namespaceSelector'))]
      : validateLabelSelector(namespaceSelector, path.child('namespaceSelector'))),
    ...(objectSelector === undefined
      ? [required(path.child('objectSelector'))]
      : validateLabelSelector(objectSelector, path.child('objectSelector'))),
    ...each(resourceRules, path.child('resourceRules'), validateNamedRule),
    ...each(excludeResourceRules, path.child('excludeResourceRules'), validateNamedRule),
  ];
}

function validateNamedRule(rule: Unchecked<NamedRule>, path: FieldPath): FieldError[] {
  const names = rule.resourceNames ?? [];
  return [
    ...each(names, path.child('resourceNames'), (name, at, index) => [
      ...pathSegmentErrors(name).map((text) => invalid(at, name, text)),
      ...(names.indexOf(name) < index ? [duplicate(at, name)] : []),
    ]),
    ...validateRuleWithOperations(rule, path),
  ];
}

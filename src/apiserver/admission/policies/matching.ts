import { type LabelMatcher, matcherOf } from '../../../api/labels.ts';
import type { Resource } from '../../../api/resource.ts';
import type { MatchResources, NamedRule } from '../../../api/types.ts';
import { namespaceMatches, objectMatches, ruleMatches } from '../../webhooks/matching.ts';
import type { AdmissionAttributes, AdmissionReader } from '../contract.ts';

/** The prepared match rules of a policy or a binding. */
export interface Matcher {
  readonly namespaces: LabelMatcher;
  readonly objects: LabelMatcher;
  readonly rules: readonly NamedRule[];
  readonly excludes: readonly NamedRule[];
  /** True for `matchPolicy: Equivalent`. */
  readonly matchesEquivalents: boolean;
}

export function matcherOfResources(match: MatchResources = {}): Matcher {
  return {
    namespaces: matcherOf(match.namespaceSelector ?? {}),
    objects: matcherOf(match.objectSelector ?? {}),
    rules: match.resourceRules ?? [],
    excludes: match.excludeResourceRules ?? [],
    matchesEquivalents: match.matchPolicy !== 'Exact',
  };
}

/**
 * Finds the resource for which a policy or a binding matches a request; undefined if it does not match (apiserver
 * `plugin/policy/matching/matching.go`). No rules match everything.
 * @throws StatusError NotFound if the namespace does not exist
 */
export function matchedResource(
  matcher: Matcher,
  attributes: AdmissionAttributes,
  equivalents: readonly Resource[],
  reader: Pick<AdmissionReader, 'get'>,
): Resource | undefined {
  const { resource } = attributes;
  const matched =
    matcher.rules.length === 0 ? resource : matchedBy(matcher.rules, matcher, attributes, equivalents);
  if (matched === undefined) return undefined;
  if (matchedBy(matcher.excludes, matcher, attributes, equivalents) !== undefined) return undefined;
  const isAbout = objectMatches(matcher, attributes) && namespaceMatches(matcher, attributes, reader);
  return isAbout ? matched : undefined;
}

function matchedBy(
  rules: readonly NamedRule[],
  { matchesEquivalents }: Matcher,
  attributes: AdmissionAttributes,
  equivalents: readonly Resource[],
): Resource | undefined {
  const { resource, name } = attributes;
  const named = rules.filter(
    ({ resourceNames = [] }) => resourceNames.length === 0 || resourceNames.includes(name),
  );
  if (named.some((rule) => ruleMatches(rule, attributes, resource))) return resource;
  if (!matchesEquivalents) return undefined;
  return equivalents.find((other) => named.some((rule) => ruleMatches(rule, attributes, other)));
}

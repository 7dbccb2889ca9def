import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../api/fields/fieldErrors.ts';
import { each } from '../../api/fields/rules.ts';
import type { RequestInfo, UserInfo } from '../../api/request.ts';
import { decode } from '../../api/schema/index.ts';

/** How much of a request is recorded. Each level includes the one before it. */
export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof LEVELS)[number];

export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof STAGES)[number];

/** audit.k8s.io/v1 Policy: how much of which requests is recorded. */
export interface AuditPolicy {
  readonly rules: readonly PolicyRule[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

interface PolicyRule {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The decision of a policy about one request. */
export interface Decision {
  readonly level: Level;
  readonly omitStages: ReadonlySet<Stage>;
  readonly omitManagedFields: boolean;
}

const NOTHING: Decision = { level: 'None', omitStages: new Set(), omitManagedFields: false };

export function reaches(level: Level, wanted: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

/** @throws Error if the text is not a policy, with the problem in upstream's words */
export function parsePolicy(text: string): AuditPolicy {
  const object = decode(Buffer.from(text), 'application/yaml') as
    (Partial<AuditPolicy> & { readonly apiVersion?: unknown; readonly kind?: unknown }) | null | undefined;
  if (object?.apiVersion !== 'audit.k8s.io/v1' || object.kind !== 'Policy') {
    throw new Error('it must be a Policy of audit.k8s.io/v1');
  }
  const rules: unknown = object.rules ?? [];
  if (!Array.isArray(rules) || rules.length === 0) throw new Error('loaded illegal policy with 0 rules');
  const errors = [
    ...each(object.omitStages, field('omitStages'), stageErrors),
    ...each(rules as readonly Partial<PolicyRule>[], field('rules'), ruleErrors),
  ];
  if (errors.length > 0) {
    throw new Error(errors.map((error) => `${error.field}: ${error.message}`).join(', '));
  }
  return object as AuditPolicy;
}

/** The first rule that matches a request decides (apiserver `pkg/audit/policy/checker.go`). */
export function decide(policy: AuditPolicy, user: UserInfo, info: RequestInfo): Decision {
  const rule = policy.rules.find((one) => fits(one, user, info));
  if (rule === undefined) return NOTHING;
  return {
    level: rule.level,
    omitStages: new Set([...(policy.omitStages ?? []), ...(rule.omitStages ?? [])]),
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

function fits(rule: PolicyRule, user: UserInfo, info: RequestInfo): boolean {
  if (!isOneOf(rule.users, [user.name]) || !isOneOf(rule.userGroups, user.groups)) return false;
  if (!isOneOf(rule.verbs, [info.verb])) return false;
  if (isGiven(rule.namespaces) || isGiven(rule.resources)) return fitsResource(rule, info);
  if (!isGiven(rule.nonResourceURLs)) return true;
  return !info.isResourceRequest && rule.nonResourceURLs.some((url) => fitsPath(url, info.path));
}

function isGiven<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}

/** An empty list is no condition. */
function isOneOf(list: readonly string[] | undefined, values: readonly string[]): boolean {
  return !isGiven(list) || values.some((value) => list.includes(value));
}

function fitsPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}

function fitsResource(rule: PolicyRule, info: RequestInfo): boolean {
  if (!info.isResourceRequest || !isOneOf(rule.namespaces, [info.namespace])) return false;
  return !isGiven(rule.resources) || rule.resources.some((one) => isAmong(one, info));
}

function isAmong({ group = '', resources, resourceNames }: GroupResources, info: RequestInfo): boolean {
  const { resource, subresource, name } = info;
  if (group !== info.group) return false;
  if (!isGiven(resources)) return true;
  if (!isOneOf(resourceNames, [name])) return false;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (one) =>
      one === whole ||
      one === '*' ||
      (subresource !== '' && one === `*/${subresource}`) ||
      one === `${resource}/*`,
  );
}

/** apiserver `pkg/apis/audit/validation`. */
function ruleErrors(rule: Partial<PolicyRule>, path: FieldPath): FieldError[] {
  const urls = rule.nonResourceURLs ?? [];
  const errors = [...levelErrors(rule.level, path.child('level'))];
  if (urls.length > 0 && (isGiven(rule.resources) || isGiven(rule.namespaces))) {
    errors.push(
      invalid(
        path.child('nonResourceURLs'),
        urls,
        'rules cannot apply to both regular resources and non-resource URLs',
      ),
    );
  }
  return [
    ...errors,
    ...each(urls, path.child('nonResourceURLs'), urlErrors),
    ...each(
      rule.resources,
      path.child('resources'),
      ({ group = '', resources = [], resourceNames = [] }, at) => [
        ...(group.includes('/')
          ? [invalid(at.child('group'), group, 'group should not contain a version')]
          : []),
        ...(resourceNames.length > 0 && resources.length === 0
          ? [
              invalid(
                at.child('resourceNames'),
                resourceNames,
                'using resourceNames requires at least one resource',
              ),
            ]
          : []),
      ],
    ),
    ...each(rule.omitStages, path.child('omitStages'), stageErrors),
  ];
}

function levelErrors(level: string | undefined, path: FieldPath): FieldError[] {
  if (level === undefined || level === '') return [required(path)];
  return (LEVELS as readonly string[]).includes(level) ? [] : [notSupported(path, level, LEVELS)];
}

function stageErrors(stage: string, path: FieldPath): FieldError[] {
  return (STAGES as readonly string[]).includes(stage)
    ? []
    : [invalid(path, stage, `allowed stages are ${STAGES.join(',')}`)];
}

function urlErrors(url: string, path: FieldPath): FieldError[] {
  if (url === '*') return [];
  const errors: FieldError[] = [];
  if (!url.startsWith('/')) {
    errors.push(invalid(path, url, "non-resource URL rules must begin with a '/' character"));
  }
  if (url !== '' && url.slice(0, -1).includes('*')) {
    errors.push(invalid(path, url, "non-resource URL wildcards '*' must be the final character of the rule"));
  }
  return errors;
}

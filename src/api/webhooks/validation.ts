import {
  duplicate,
  type FieldError,
  type FieldPath,
  field,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import { each, optionalOneOf } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { validateLabelSelector } from '../metadata/labels.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../names/names.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../types.ts';
import { validateClientConfig } from './clientConfig.ts';
import { validateMatchConditions } from './matchConditions.ts';
import { validateRuleWithOperations } from './rules.ts';

export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const MATCH_POLICIES = ['Equivalent', 'Exact'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
/** Versions of AdmissionReview, as a webhook may understand them. */
export const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const MIN_TIMEOUT = 1;
const MAX_TIMEOUT = 30;

type Hook = Unchecked<ValidatingWebhook>;

/** What configurations of both kinds are checked for (`pkg/apis/admissionregistration/validation`). */
export function validateWebhooks(
  { webhooks }: Pick<ValidatingWebhookConfiguration | MutatingWebhookConfiguration, 'webhooks'>,
  more: (webhook: Unchecked<MutatingWebhook>, path: FieldPath) => readonly FieldError[] = () => [],
): FieldError[] {
  const names = new Set<string>();
  return each(webhooks as readonly Hook[] | undefined, field('webhooks'), (webhook, path) => {
    const { name = '' } = webhook;
    const errors = [
      ...validateWebhook(webhook, path),
      ...more(webhook, path),
      ...reviewVersionErrors(webhook.admissionReviewVersions ?? [], path.child('admissionReviewVersions')),
    ];
    if (names.has(name)) errors.push(duplicate(path.child('name'), name));
    if (name !== '') names.add(name);
    return errors;
  });
}

function validateWebhook(webhook: Hook, path: FieldPath): FieldError[] {
  const { sideEffects, timeoutSeconds } = webhook;
  return [
    ...nameErrors(webhook.name ?? '', path.child('name')),
    ...each(webhook.rules, path.child('rules'), validateRuleWithOperations),
    ...optionalOneOf(webhook.failurePolicy, FAILURE_POLICIES, path.child('failurePolicy')),
    ...optionalOneOf(webhook.matchPolicy, MATCH_POLICIES, path.child('matchPolicy')),
    ...(sideEffects === undefined
      ? [required(path.child('sideEffects'), `must specify one of ${NO_SIDE_EFFECTS.join(', ')}`)]
      : NO_SIDE_EFFECTS.includes(sideEffects)
        ? []
        : [notSupported(path.child('sideEffects'), sideEffects, NO_SIDE_EFFECTS)]),
    ...(timeoutSeconds === undefined || (timeoutSeconds >= MIN_TIMEOUT && timeoutSeconds <= MAX_TIMEOUT)
      ? []
      : [
          invalid(
            path.child('timeoutSeconds'),
            timeoutSeconds,
            `the timeout value must be between ${MIN_TIMEOUT} and ${MAX_TIMEOUT} seconds`,
          ),
        ]),
    ...validateLabelSelector(webhook.namespaceSelector, path.child('namespaceSelector')),
    ...validateLabelSelector(webhook.objectSelector, path.child('objectSelector')),
    ...validateClientConfig(webhook.clientConfig, path.child('clientConfig')),
    ...validateMatchConditions(webhook.matchConditions ?? [], path.child('matchConditions')),
  ];
}

/** apimachinery `validation.IsFullyQualifiedName`. */
function nameErrors(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)];
  const errors = dns1123SubdomainErrors(name);
  if (errors.length > 0) return [invalid(path, name, errors.join(','))];
  return name.split('.').length < 3
    ? [invalid(path, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

/** A webhook that understands newer versions too may name them. */
function reviewVersionErrors(versions: readonly string[], path: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(path, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)];
  const errors = each(versions, path, (version, at, i) =>
    versions.indexOf(version) < i
      ? [invalid(at, version, 'duplicate version')]
      : dns1035LabelErrors(version).map((text) => invalid(at, version, text)),
  );
  return versions.some((version) => REVIEW_VERSIONS.includes(version))
    ? errors
    : [...errors, invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)];
}

import type { FieldError } from '../../../api/fields/fieldErrors.ts';
import { equalJson } from '../../../api/equalJson.ts';
import { isSameResource } from '../../../api/resource.ts';
import { namespaces, pods } from '../../../api/resources.ts';
import type { Container, Namespace, Pod } from '../../../api/types.ts';
import type { Clock } from '../../../base/clock.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../contract.ts';
import { isAbout, refuse } from '../refuse.ts';
import type { CheckedPod } from './check.ts';
import { detailsOf, violationsOf } from './evaluate.ts';
import { warningsOf } from './existingPods.ts';
import { compareLevels, nameOf, policyOf, sameLevelVersion } from './policy.ts';
import { hasTemplate, templateOf } from './templates.ts';

const ANNOTATION = 'pod-security.kubernetes.io/';

/** Subresources that cannot change the spec of a pod. */
const IGNORED_SUBRESOURCES: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'binding',
  'eviction',
  'log',
  'portforward',
  'proxy',
  'status',
]);

/**
 * Checks the pods of a namespace against the Pod Security Standards that its labels name
 * (`k8s.io/pod-security-admission`).
 */
export function podSecurity(reader: AdmissionReader, clock: Pick<Clock, 'monotonic'>): AdmissionPlugin {
  const labelsOf = (namespace: string): Readonly<Record<string, string>> | undefined =>
    (reader.get(namespaces, '', namespace) as Namespace | undefined)?.metadata.labels;

  return {
    name: 'PodSecurity',
    handles({ operation, resource, subresource }) {
      if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
      if (isSameResource(resource, pods)) return !IGNORED_SUBRESOURCES.has(subresource);
      return subresource === '' && (isSameResource(resource, namespaces) || hasTemplate(resource));
    },
    validate(attributes) {
      if (isAbout(attributes, namespaces)) return validateNamespace(attributes);
      const policy = policyOf(labelsOf(attributes.namespace));
      if ([policy.enforce, policy.audit, policy.warn].every(({ level }) => level === 'privileged')) return [];
      const isPod = isSameResource(attributes.resource, pods);
      if (isPod && !isSignificant(attributes)) return [];
      const pod = isPod ? (attributes.object as unknown as Pod) : templateOf(attributes);
      if (pod !== undefined) judge(attributes, pod, policy, isPod);
      return [];
    },
  };

  function validateNamespace(attributes: AdmissionAttributes): readonly FieldError[] {
    const wanted = policyOf(attributes.object?.metadata.labels);
    if (attributes.operation === 'CREATE') return wanted.errors;
    const { enforce, errors } = wanted;
    const old = policyOf(attributes.old?.metadata.labels);
    if (errors.length > 0 && !equalJson(errors, old.errors)) return errors;
    if (enforce.level === 'privileged' || sameLevelVersion(enforce, old.enforce)) return [];
    const isRelaxed =
      enforce.version === old.enforce.version && compareLevels(enforce.level, old.enforce.level) <= 0;
    if (isRelaxed) return [];
    const existing = reader.list(pods, attributes.name) as readonly Pod[];
    for (const text of warningsOf(existing, attributes.name, enforce, clock)) attributes.warn(text);
    return [];
  }
}

function judge(
  attributes: AdmissionAttributes,
  pod: CheckedPod,
  { enforce, audit, warn }: ReturnType<typeof policyOf>,
  isPod: boolean,
): void {
  if (isPod) attributes.annotate(`${ANNOTATION}enforce-policy`, nameOf(enforce));
  const audited = violationsOf(pod, audit);
  if (audited.length > 0) {
    const text = `would violate PodSecurity "${nameOf(audit)}": ${detailsOf(audited)}`;
    attributes.annotate(`${ANNOTATION}audit-violations`, text);
  }
  const enforced = isPod ? violationsOf(pod, enforce) : [];
  if (enforced.length > 0)
    throw refuse(attributes, `violates PodSecurity "${nameOf(enforce)}": ${detailsOf(enforced)}`);
  const warned = violationsOf(pod, warn);
  if (warned.length > 0) attributes.warn(`would violate PodSecurity "${nameOf(warn)}": ${detailsOf(warned)}`);
}

/** Only two changes of a pod matter to the checks: other images, and new ephemeral containers. */
function isSignificant({ operation, object, old }: AdmissionAttributes): boolean {
  if (operation === 'CREATE') return true;
  const after = object as unknown as Pod;
  const before = old as unknown as Pod;
  const differ = (a: readonly Container[] = [], b: readonly Container[] = []): boolean =>
    a.length !== b.length || a.some(({ image }, index) => image !== b[index]?.image);
  return (
    differ(after.spec.containers, before.spec.containers) ||
    differ(after.spec.initContainers, before.spec.initContainers) ||
    (after.spec.ephemeralContainers ?? []).some(
      ({ name, image }) =>
        before.spec.ephemeralContainers?.some((each) => each.name === name && each.image === image) !== true,
    )
  );
}

import { controllerRef } from '../../api/meta.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { NewObject } from '../../client/contract.ts';
import { newReplicaSetAnnotations, withReplicasAnnotations } from './revisions.ts';

/** Tells the pods of one template from those of another. */
export const TEMPLATE_HASH = 'pod-template-hash';

/** Characters of names made from hashes (apimachinery `util/rand`). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** The ReplicaSet of the current template: of several, the oldest, so that the choice is always the same. */
export function findNewReplicaSet(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return oldestFirst(sets).find((rs) => isSameTemplate(rs.spec.template, deployment.spec.template));
}

export function oldestFirst(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.toSorted(
    (a, b) =>
      compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
      compare(a.metadata.name, b.metadata.name),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Equal but for the hash label. */
export function isSameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return equal(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [TEMPLATE_HASH]: _, ...labels } = template?.metadata?.labels ?? {};
  return { spec: template?.spec, metadata: { ...template?.metadata, labels } };
}

/** A hash of the template, whatever the order of its keys; collisions give another. */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = canonical(template) + (collisionCount === undefined ? '' : `#${collisionCount}`);
  const digits = fnv1a(Buffer.from(text)).toString();
  return digits.replace(/\d/g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length] ?? '');
}

export function newReplicaSet(
  deployment: Deployment,
  revision: bigint,
  replicas: number,
): NewObject<ReplicaSet> {
  const { metadata, spec } = deployment;
  const hash = templateHash(spec.template, deployment.status?.collisionCount);
  const template = structuredClone(spec.template) as NewObject<ReplicaSet>['spec']['template'] & object;
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  template.metadata = { ...template.metadata, labels };
  const selector = structuredClone(spec.selector) as NewObject<ReplicaSet>['spec']['selector'];
  return {
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels: { ...labels },
      annotations: withReplicasAnnotations(deployment, newReplicaSetAnnotations(deployment, {}, revision)),
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
      template,
    },
  };
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => compare(a, b));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

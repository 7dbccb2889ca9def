import { controllerRef } from '../../api/meta.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { NewObject } from '../../client/contract.ts';
import { nameHash } from '../nameHash.ts';
import { newReplicaSetAnnotations, withReplicasAnnotations } from './revisions.ts';

/** Tells the pods of one template from those of another. */
export const TEMPLATE_HASH = 'pod-template-hash';

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
  return nameHash(template, collisionCount);
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

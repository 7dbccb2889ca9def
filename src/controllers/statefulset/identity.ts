import { ownProperty } from '../../base/ownProperty.ts';
import type { Draft } from '../../api/meta.ts';
import type { Pod, PodTemplateSpec, StatefulSet } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { REVISION_HASH } from '../history/revisions.ts';
import { podFromTemplate } from '../podFromTemplate.ts';
import { claimName } from './claims.ts';

/** Labels that say which pod of the set it is (`apps.StatefulSetPodNameLabel`, `apps.PodIndexLabel`). */
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** A template and the name of the revision that keeps it. */
export interface Version {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`;

/** The number at the end of a pod's name; undefined where the name is not one of the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const { name } = pod.metadata;
  const digits = name.slice(prefix.length);
  if (!name.startsWith(prefix) || !/^\d{1,9}$/.test(digits)) return undefined;
  return Number(digits);
}

export const versionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[REVISION_HASH];

/** A pod of the set: name, host name, labels and volumes by its number (`newStatefulSetPod`). */
export function newPod(set: StatefulSet, version: Version, ordinal: number): NewObject<Pod> {
  const pod = podFromTemplate(set, version.template);
  pod.metadata.labels = { ...pod.metadata.labels, [REVISION_HASH]: version.name };
  const { spec } = pod;
  spec.hostname = podName(set, ordinal);
  if ((set.spec.serviceName ?? '') !== '') spec.subdomain = set.spec.serviceName ?? '';
  giveIdentity(set, pod, ordinal);
  return pod;
}

/** True where a running pod still has what only a set's controller gives. */
export function hasIdentity(set: StatefulSet, pod: Pod, ordinal: number): boolean {
  const labels = pod.metadata.labels ?? {};
  return (
    labels[POD_NAME] === pod.metadata.name &&
    labels[POD_INDEX] === String(ordinal) &&
    (set.spec.volumeClaimTemplates ?? []).every((template) =>
      pod.spec.volumes?.some(
        (volume) =>
          volume.name === template.metadata?.name &&
          volume.persistentVolumeClaim?.claimName === claimName(set, template, ordinal),
      ),
    )
  );
}

/** Labels and volumes by the number. Volumes of the template that have a claim's name make way for it. */
export function giveIdentity(set: StatefulSet, pod: NewObject<Pod> | Draft<Pod>, ordinal: number): void {
  const name = podName(set, ordinal);
  pod.metadata.name = name;
  pod.metadata.labels = { ...pod.metadata.labels, [POD_NAME]: name, [POD_INDEX]: String(ordinal) };
  const templates = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return;
  const claims = Object.fromEntries(
    templates.map((template) => [template.metadata?.name ?? '', claimName(set, template, ordinal)]),
  );
  const others = (pod.spec.volumes ?? []).filter(({ name }) => ownProperty(claims, name) === undefined);
  pod.spec.volumes = [
    ...Object.entries(claims).map(([name, claim]) => ({ name, persistentVolumeClaim: { claimName: claim } })),
    ...others,
  ];
}

import { cloneJson } from '../../api/clone.ts';
import type { KubeObject, Mutable, OwnerReference } from '../../api/meta.ts';
import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';

type Template = NonNullable<StatefulSet['spec']['volumeClaimTemplates']>[number];

/** `data-web-0`: a pod that comes again finds the same claim. */
export const claimName = (set: StatefulSet, template: Template, ordinal: number): string =>
  `${template.metadata?.name ?? ''}-${set.metadata.name}-${ordinal}`;

/** The claims of one pod, as they are made. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly NewObject<PersistentVolumeClaim>[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { metadata, spec } = cloneJson(template) as Mutable<Template>;
    return {
      metadata: {
        ...metadata,
        name: claimName(set, template, ordinal),
        namespace: set.metadata.namespace,
        labels: { ...metadata?.labels, ...set.spec.selector.matchLabels },
      },
      spec: spec ?? {},
    };
  });
}

/** Whether a claim has one of the set's names: which number it is for, undefined for none. */
export function claimOrdinal(set: StatefulSet, claim: string): number | undefined {
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const prefix = `${template.metadata?.name ?? ''}-${set.metadata.name}-`;
    const digits = claim.slice(prefix.length);
    if (claim.startsWith(prefix) && /^\d{1,9}$/.test(digits)) return Number(digits);
  }
  return undefined;
}

/**
 * The owners of a claim, by the set's retention policy (KEP-1847): the pod, if the set has been scaled below it; the
 * set, if deleting the set deletes the claim; none if the claim is retained. Undefined if the claim has these owners
 * already.
 */
export function claimOwners(
  set: StatefulSet,
  claim: Pick<KubeObject, 'metadata'>,
  pod: Pod | undefined,
  condemned: boolean,
): readonly OwnerReference[] | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } =
    set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const byPod = condemned && whenScaled === 'Delete' ? pod : undefined;
  const bySet = whenDeleted === 'Delete' && byPod === undefined ? set : undefined;
  const before = claim.metadata.ownerReferences ?? [];
  const isOurs = ({ kind, uid, name }: OwnerReference): boolean =>
    uid === set.metadata.uid || (kind === 'Pod' && name === pod?.metadata.name);
  const owner = byPod ?? bySet;
  const ours = before.filter(isOurs);
  const fits =
    owner === undefined ? ours.length === 0 : ours.length === 1 && ours[0]?.uid === owner.metadata.uid;
  if (fits) return undefined;
  const kept = before.filter((reference) => !isOurs(reference));
  return owner === undefined ? kept : [...kept, ownerReference(owner)];
}

function ownerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid };
}

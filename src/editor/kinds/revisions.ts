import { controllerOf, type KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { controllerRevisions, replicaSets } from '../../api/resources.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/types.ts';
import type { Client, PatchType } from '../../client/contract.ts';

/** One revision of a workload, and the patch that brings it back. */
export interface Revision {
  readonly number: number;
  readonly created: string;
  readonly images: readonly string[];
  /** The cause of the revision, if it was noted (`kubernetes.io/change-cause`). */
  readonly cause: string;
  readonly patch: { readonly type: PatchType; readonly body: unknown };
}

const REVISION = 'deployment.kubernetes.io/revision';
const CAUSE = 'kubernetes.io/change-cause';
const HASH = 'pod-template-hash';

interface ControllerRevision extends KubeObject {
  readonly revision: number;
  readonly data?: { readonly spec?: { readonly template?: PodTemplateSpec } };
}

/** The revisions of a workload that its controller keeps, newest first (kubectl `polymorphichelpers/history.go`). */
export async function revisionsOf(
  client: Pick<Client, 'list'>,
  resource: Resource,
  { metadata }: KubeObject,
): Promise<readonly Revision[]> {
  const { namespace, uid } = metadata;
  const isOwn = (object: KubeObject): boolean => controllerOf(object)?.uid === uid;
  const revisions =
    resource.plural === 'deployments'
      ? (await client.list(replicaSets, { namespace })).items.filter(isOwn).map(ofReplicaSet)
      : (await client.list(controllerRevisions, { namespace })).items
          .filter(isOwn)
          .map((object) => ofControllerRevision(object as unknown as ControllerRevision));
  return revisions.toSorted((a, b) => b.number - a.number);
}

function ofReplicaSet({ metadata, spec }: ReplicaSet): Revision {
  const { annotations = {} } = metadata;
  const { template } = spec;
  const { [HASH]: _, ...labels } = template?.metadata?.labels ?? {};
  const value = { ...template, metadata: { ...template?.metadata, labels } };
  return {
    number: Number(annotations[REVISION] ?? 0),
    created: metadata.creationTimestamp,
    images: imagesOf(template),
    cause: annotations[CAUSE] ?? '',
    patch: {
      type: 'application/json-patch+json',
      body: [{ op: 'replace', path: '/spec/template', value }],
    },
  };
}

function ofControllerRevision({ metadata, revision, data }: ControllerRevision): Revision {
  return {
    number: revision,
    created: metadata.creationTimestamp,
    images: imagesOf(data?.spec?.template),
    cause: metadata.annotations?.[CAUSE] ?? '',
    patch: { type: 'application/strategic-merge-patch+json', body: data },
  };
}

function imagesOf(template: PodTemplateSpec | undefined): readonly string[] {
  return (template?.spec?.containers ?? []).map(({ image = '' }) => image);
}

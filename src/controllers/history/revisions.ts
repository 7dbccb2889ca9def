import { canonicalJson } from '../../api/fields/canonicalJson.ts';
import { equal } from '../../api/fields/equal.ts';
import { controllerRef, type KubeObject } from '../../api/meta.ts';
import { controllerRevisions } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound } from '../../api/status.ts';
import type { ControllerRevision, PodTemplateSpec } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { nameHash } from '../nameHash.ts';

/** Tells pods of one revision from those of another. */
export const REVISION_HASH = 'controller-revision-hash';
/** The same on the revision itself (`pkg/controller/history`). */
const HASH_LABEL = 'controller.kubernetes.io/hash';

/** Kinds that keep revisions of their template: StatefulSet and DaemonSet. */
export interface Revisioned extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly namespace: string };
  readonly spec: { readonly template: PodTemplateSpec };
}

/**
 * What a revision keeps: a patch that puts its template in place of any other. Its keys are sorted, as Go writes a map:
 * upstream compares the bytes (`getPatch` and `Match` in `pkg/controller/daemon/update.go`).
 */
export function dataOf(owner: Revisioned): object {
  const data = { spec: { template: { ...owner.spec.template, $patch: 'replace' } } };
  return JSON.parse(canonicalJson(data)) as object;
}

export function oldestFirst(revisions: readonly ControllerRevision[]): readonly ControllerRevision[] {
  return revisions.toSorted(
    (a, b) =>
      a.revision - b.revision ||
      compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
      compare(a.metadata.name, b.metadata.name),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function isRevisionOf(revision: ControllerRevision, data: object): boolean {
  return equal(revision.data, data);
}

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { spec } = revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } };
  const { $patch: _, ...template } = spec.template;
  return template;
}

export const nextRevision = (revisions: readonly ControllerRevision[]): number =>
  revisions.reduce((max, { revision }) => Math.max(max, revision), 0) + 1;

export interface Current {
  readonly revision: ControllerRevision;
  /** How often a name was taken by another template: goes into the owner's status. */
  readonly collisionCount: number;
}

/**
 * The revision of the owner's template as it is now: the newest that there is, an older one raised to the newest (a
 * rollback), or a new one. A name that is taken by another template gives another hash.
 * @param revisions those of the owner, oldest first
 */
export async function currentRevision(
  client: Client,
  owner: Revisioned,
  revisions: readonly ControllerRevision[],
  collisions: number | undefined,
  signal: AbortSignal,
): Promise<Current> {
  const data = dataOf(owner);
  let collisionCount = collisions ?? 0;
  const known = revisions.filter((revision) => isRevisionOf(revision, data)).at(-1);
  if (known !== undefined) {
    const isNewest = isRevisionOf(revisions.at(-1) ?? known, data);
    const revision = isNewest
      ? (revisions.at(-1) ?? known)
      : await raise(client, known, nextRevision(revisions), signal);
    return { revision, collisionCount };
  }
  for (;;) {
    const hash = nameHash(data, collisionCount);
    const name = `${owner.metadata.name}-${hash}`;
    try {
      const revision = await client.create(
        controllerRevisions,
        {
          metadata: {
            name,
            namespace: owner.metadata.namespace,
            labels: { ...owner.spec.template.metadata?.labels, [HASH_LABEL]: hash, [REVISION_HASH]: hash },
            ownerReferences: [controllerRef(owner)],
          },
          data: structuredClone(data),
          revision: nextRevision(revisions),
        },
        { signal },
      );
      return { revision, collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const at = { namespace: owner.metadata.namespace, name };
      const existing = await client.get(controllerRevisions, at, { signal });
      if (isRevisionOf(existing, data)) return { revision: existing, collisionCount };
      collisionCount += 1;
    }
  }
}

async function raise(
  client: Client,
  revision: ControllerRevision,
  number: number,
  signal: AbortSignal,
): Promise<ControllerRevision> {
  return await client.patch(
    controllerRevisions,
    revision.metadata,
    'application/merge-patch+json',
    { metadata: { uid: revision.metadata.uid }, revision: number },
    { signal },
  );
}

/** Deletes the oldest revisions that nothing needs, so that `limit` of those are left. */
export async function truncateHistory(
  client: Client,
  revisions: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  limit: number,
  signal: AbortSignal,
): Promise<void> {
  const unused = revisions.filter((revision) => !isLive(revision));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    try {
      const preconditions = { uid: revision.metadata.uid };
      await client.delete(controllerRevisions, revision.metadata, { preconditions, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

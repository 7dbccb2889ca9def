import { createDeferred } from '../../base/deferred.ts';
import type { Pod } from '../../api/types.ts';
import { withAllocation } from './allocation.ts';
import { isTerminal } from './podLife.ts';
import type { PodRecord } from './podRecord.ts';

/** The pods of this node. */
export interface PodRecords {
  get(uid: string): PodRecord | undefined;
  all(): readonly PodRecord[];
  /** In place of an older one of the same pod. */
  add(record: PodRecord): void;
  /** Fine with one that has been replaced. */
  remove(record: PodRecord): void;
  /** The objects that the API has. */
  pods(): readonly Pod[];
  find(namespace: string, name: string): Pod | undefined;
  /** Pods that take room on the node, as they were granted it, but one. */
  active(except: string): readonly Pod[];
  /** Resolves when the API's pods are all here. */
  readonly known: Promise<unknown>;
  complete(): void;
}

export function createPodRecords(): PodRecords {
  const records = new Map<string, PodRecord>();
  const known = createDeferred<undefined>();
  const all = (): readonly PodRecord[] => [...records.values()];
  return {
    get: (uid) => records.get(uid),
    all,
    add: (record) => void records.set(record.identity.uid, record),
    remove(record) {
      const { uid } = record.identity;
      if (records.get(uid) === record) records.delete(uid);
    },
    pods: () => all().flatMap(({ life }) => life.pod ?? []),
    find: (namespace, name) =>
      all().find(
        ({ identity, life }) => !life.isGone && identity.namespace === namespace && identity.name === name,
      )?.life.pod,
    active: (except) =>
      all().flatMap(({ identity, life, ending, resources }) => {
        const { pod } = life;
        const takesRoom =
          pod !== undefined && !life.isGone && ending.stage !== 'terminated' && !isTerminal(pod);
        return takesRoom && identity.uid !== except ? [withAllocation(pod, resources.allocated)] : [];
      }),
    known: known.promise,
    complete: () => known.resolve(undefined),
  };
}

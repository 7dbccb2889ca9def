import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Node, Pod } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import type { SchedulerCache } from './cache.ts';
import { nodeActions, podActions } from './clusterEvents.ts';
import type { StorageResource } from './framework.ts';
import type { Nominator } from './nominator.ts';
import type { SchedulingQueue } from './queue.ts';

export interface EventHandlerOptions {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly schedulerName: string;
  readonly storage: readonly StorageInformer[];
}

/** An informer of a resource whose changes can only help pods that were rejected. */
export interface StorageInformer {
  readonly resource: StorageResource;
  readonly informer: Informer<KubeObject>;
}

/** Brings what informers tell to the cache and the queue (kube-scheduler `eventhandlers.go`). */
export function subscribe(options: EventHandlerOptions): Disposable {
  const { cache, queue, nominator, schedulerName } = options;

  const isPending = (pod: Pod): boolean =>
    !isAssigned(pod) && !isTerminal(pod) && (pod.spec.schedulerName ?? 'default-scheduler') === schedulerName;
  const isCounted = (pod: Pod): boolean => isAssigned(pod) && !isTerminal(pod);

  const assigned = (pod: Pod): void => {
    queue.delete(pod);
    nominator.delete(pod);
    cache.setPod(pod);
    queue.moveAll({ event: { resource: 'AssignedPod', actions: ['Add'] }, current: pod });
  };
  const released = (pod: Pod): void => {
    cache.removePod(pod);
    queue.moveAll({ event: { resource: 'AssignedPod', actions: ['Delete'] }, old: pod });
  };
  const waiting = (pod: Pod): void => {
    nominator.set(pod);
    queue.add(pod);
  };
  const withdrawn = (pod: Pod): void => {
    const nominated = nominator.nodeOf(pod) !== undefined;
    nominator.delete(pod);
    queue.delete(pod);
    // The room that was promised to it is free for others.
    if (nominated) queue.moveAll({ event: { resource: 'AssignedPod', actions: ['Delete'] }, old: pod });
  };

  const subscriptions = new DisposableStore();
  subscriptions.add(
    options.nodes.addHandler({
      onAdd(node) {
        cache.addNode(node);
        queue.moveAll({ event: { resource: 'Node', actions: ['Add'] }, current: node });
      },
      onUpdate(node, old) {
        cache.updateNode(node);
        const actions = nodeActions(old, node);
        if (actions.length > 0) queue.moveAll({ event: { resource: 'Node', actions }, old, current: node });
      },
      onDelete(node) {
        cache.removeNode(node.metadata.name);
        queue.moveAll({ event: { resource: 'Node', actions: ['Delete'] }, old: node });
      },
    }),
  );
  for (const { resource, informer } of options.storage) {
    subscriptions.add(
      informer.addHandler({
        onAdd: (current) => queue.moveAll({ event: { resource, actions: ['Add'] }, current }),
        onUpdate: (current, old) => queue.moveAll({ event: { resource, actions: ['Update'] }, old, current }),
        onDelete: (old) => queue.moveAll({ event: { resource, actions: ['Delete'] }, old }),
      }),
    );
  }
  const added = (pod: Pod): void => {
    if (isCounted(pod)) assigned(pod);
    else if (isPending(pod)) waiting(pod);
  };
  const removed = (pod: Pod): void => {
    if (isCounted(pod) || cache.isAssumed(pod)) released(pod);
    if (isPending(pod)) withdrawn(pod);
  };
  subscriptions.add(
    options.pods.addHandler({
      onAdd: added,
      onUpdate(pod, old) {
        if (pod.metadata.uid !== old.metadata.uid) {
          // Deleted and made again under the same name, seen as one change.
          removed(old);
          added(pod);
        } else if (isCounted(pod)) {
          if (isCounted(old)) {
            cache.setPod(pod);
            const event = { resource: 'AssignedPod', actions: podActions(old, pod) } as const;
            queue.moveAll({ event, old, current: pod });
          } else {
            assigned(pod);
          }
        } else if (isCounted(old)) {
          released(old);
        } else if (isPending(pod)) {
          // Its own decision is under way to the API server: nothing to do until that is confirmed or taken back.
          if (cache.isAssumed(pod)) return;
          nominator.set(pod);
          queue.update(old, pod);
        } else if (isPending(old)) {
          withdrawn(old);
        }
      },
      onDelete: removed,
    }),
  );
  return subscriptions;
}

function isAssigned(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== '';
}

function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

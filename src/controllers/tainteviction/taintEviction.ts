import { keyOf, parseKey } from '../../api/meta.ts';
import { nodes, pods } from '../../api/resources.ts';
import { isNotFound, isReason } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { Node, Pod, Taint } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { BY_NODE, indexByNode } from '../podsByNode.ts';
import { evictionDeadline } from './deadline.ts';

const noExecute = (node: Node | undefined): readonly Taint[] =>
  (node?.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');

/** Deletes pods that do not tolerate, or no longer tolerate, their node's NoExecute taints (`pkg/controller/tainteviction`). */
export function taintEvictionController(context: ControllerContext): Controller {
  const { client, clock, events, informers, enqueue } = context;
  const allNodes = informers.for(nodes);
  const allPods = informers.for(pods);
  indexByNode(allPods);
  /** When a pod was first seen on a tainted node; kept while it waits for its end. */
  const waiting = new Map<string, number>();

  const wakePodsOf = (name: string): void => {
    for (const pod of allPods.byIndex(BY_NODE, name)) enqueue(keyOf(pod.metadata));
  };
  allNodes.addHandler({
    onAdd: (node) => {
      if (noExecute(node).length > 0) wakePodsOf(node.metadata.name);
    },
    onUpdate: (node, old) => {
      if (!equal(noExecute(node), noExecute(old))) wakePodsOf(node.metadata.name);
    },
  });
  const wakeIfTainted = (pod: Pod): void => {
    const key = keyOf(pod.metadata);
    const { nodeName = '' } = pod.spec;
    if (waiting.has(key) || (nodeName !== '' && noExecute(allNodes.get(undefined, nodeName)).length > 0))
      enqueue(key);
  };
  allPods.addHandler({
    onAdd: wakeIfTainted,
    onUpdate: wakeIfTainted,
    onDelete: (pod) => waiting.delete(keyOf(pod.metadata)),
  });

  const evict = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    events.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyOf(pod.metadata)}`);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: timeOf(clock.now()),
    };
    const { uid } = pod.metadata;
    try {
      await client.patch(
        pods,
        pod.metadata,
        'application/strategic-merge-patch+json',
        { metadata: { uid }, status: { conditions: [condition] } },
        { subresource: 'status', signal },
      );
      await client.delete(pods, pod.metadata, { preconditions: { uid }, signal });
    } catch (error) {
      if (!isNotFound(error) && !isReason(error, 'Conflict')) throw error;
    }
  };

  return {
    name: 'tainteviction',
    workers: 4,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const pod = allPods.get(namespace, name);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
        waiting.delete(key);
        return undefined;
      }
      const now = clock.now();
      const seen = waiting.get(key) ?? now;
      const taints = noExecute(allNodes.get(undefined, pod.spec.nodeName ?? ''));
      const deadline = evictionDeadline(pod, taints, seen);
      if (deadline === undefined) {
        if (waiting.delete(key)) {
          events.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
        }
        return undefined;
      }
      if (now >= deadline) {
        await evict(pod, signal);
        waiting.delete(key);
        return undefined;
      }
      waiting.set(key, seen);
      return { requeueAfterMs: deadline - now };
    },
  };
}

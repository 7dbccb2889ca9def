import { keyOf, parseKey } from '../../api/meta.ts';
import { nodes, pods } from '../../api/resources.ts';
import { isNotFound, isReason } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { Pod } from '../../api/types.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../../client/controller.ts';
import { isPodTerminal } from '../pods.ts';
import { BY_NODE, indexByNode } from '../podsByNode.ts';

/** A node that is not there may only be slow to appear, or be made again. */
const QUARANTINE_MS = 40_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export interface PodGcOptions {
  /** Ended pods beyond this number are deleted, oldest first. Default 12,500. */
  readonly terminatedThreshold?: number;
}

/**
 * Deletes pods that nobody else will (`pkg/controller/podgc`): of nodes that are gone or out of service, ended ones
 * beyond a number, and those that were deleted before they had a node. Upstream looks every 20 seconds; here events
 * wake it. Keys: `node/NAME`, `pod/NAMESPACE/NAME`, and `ended`.
 */
export function podGarbageCollector(options: PodGcOptions = {}): ControllerFactory {
  const { terminatedThreshold = 12_500 } = options;
  return (context) => {
    const { client, clock, informers, enqueue } = context;
    const allNodes = informers.for(nodes);
    const allPods = informers.for(pods);
    indexByNode(allPods);
    const ended = new Set<string>();

    allNodes.addHandler({
      onDelete: ({ metadata }) => enqueue(`node/${metadata.name}`, QUARANTINE_MS),
      onUpdate: (node) => {
        if (node.spec.taints?.some((taint) => taint.key === OUT_OF_SERVICE) === true)
          enqueue(`node/${node.metadata.name}`);
      },
    });
    const look = (pod: Pod): void => {
      const key = keyOf(pod.metadata);
      const { nodeName = '' } = pod.spec;
      if (isPodTerminal(pod)) ended.add(key);
      if (ended.size > terminatedThreshold) enqueue('ended');
      if (nodeName === '') {
        if (pod.metadata.deletionTimestamp !== undefined) enqueue(`pod/${key}`);
      } else if (allNodes.get(undefined, nodeName) === undefined) enqueue(`node/${nodeName}`, QUARANTINE_MS);
    };
    allPods.addHandler({
      onAdd: look,
      onUpdate: look,
      onDelete: (pod) => ended.delete(keyOf(pod.metadata)),
    });

    return {
      name: 'podgc',
      workers: 2,
      async reconcile(key, signal) {
        const remove = (pod: Pod, message?: string): Promise<void> =>
          removePod(context, pod, message, clock.now(), signal);
        if (key.startsWith('pod/')) {
          const { namespace = '', name } = parseKey(key.slice('pod/'.length));
          const pod = allPods.get(namespace, name);
          if (pod?.metadata.deletionTimestamp !== undefined && (pod.spec.nodeName ?? '') === '')
            await remove(pod);
        } else if (key.startsWith('node/')) {
          const name = key.slice('node/'.length);
          const cached = allNodes.get(undefined, name);
          if (cached !== undefined && !isOutOfService(cached)) return undefined;
          // Past the cache: a mistake here costs pods.
          const node = await client.get(nodes, { name }, { signal }).catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
            return undefined;
          });
          for (const pod of allPods.byIndex(BY_NODE, name)) {
            if (node === undefined) await remove(pod, 'PodGC: node no longer exists');
            else if (isOutOfService(node) && pod.metadata.deletionTimestamp !== undefined) {
              await remove(pod, 'PodGC: node was out-of-service');
            }
          }
        } else {
          const oldest = [...ended]
            .map((each) => allPods.get(parseKey(each).namespace, parseKey(each).name))
            .filter((pod) => pod !== undefined)
            .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
          for (const pod of oldest.slice(0, Math.max(oldest.length - terminatedThreshold, 0)))
            await remove(pod);
        }
        return undefined;
      },
    } satisfies Controller;
  };
}

function isOutOfService(node: {
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}): boolean {
  const ready =
    node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  return !ready && node.spec.taints?.some((taint) => taint.key === OUT_OF_SERVICE) === true;
}

/** With a message, the pod's last state tells that it was disrupted. */
async function removePod(
  { client }: ControllerContext,
  pod: Pod,
  message: string | undefined,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const { uid } = pod.metadata;
  try {
    if (message !== undefined && !isPodTerminal(pod)) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message,
        lastTransitionTime: timeOf(now),
      };
      await client.patch(
        pods,
        pod.metadata,
        'application/strategic-merge-patch+json',
        { metadata: { uid }, status: { phase: 'Failed', conditions: [condition] } },
        { subresource: 'status', signal },
      );
    }
    await client.delete(pods, pod.metadata, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
  } catch (error) {
    if (!isNotFound(error) && !isReason(error, 'Conflict')) throw error;
  }
}

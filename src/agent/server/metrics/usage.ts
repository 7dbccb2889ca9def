import type { RuntimeView } from '../../pods/runtimeView.ts';
import { POD_NAME, POD_NAMESPACE, POD_UID } from '../../pods/identity.ts';
import type { ContainerStats, Runtime, RuntimeContainer, SandboxStatus } from '../../runtime/contract.ts';

/** A pod that has a sandbox, with what its running containers use. */
export interface PodUsage {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly sandbox: SandboxStatus;
  readonly containers: readonly ContainerUsage[];
}

export interface ContainerUsage {
  readonly instance: RuntimeContainer;
  readonly stats: ContainerStats;
}

/** What runs on the node and what it uses, in the order of the pods' names. */
export async function podUsages(
  runtime: Pick<Runtime, 'stats'>,
  view: Pick<RuntimeView, 'uids' | 'forPod'>,
): Promise<readonly PodUsage[]> {
  const stats = new Map((await runtime.stats()).map((entry) => [entry.id, entry]));
  const usages = view.uids().flatMap((uid) => {
    const [sandbox] = view.forPod(uid);
    if (sandbox === undefined) return [];
    const containers = sandbox.containers.flatMap((instance) => {
      const entry = instance.state === 'running' ? stats.get(instance.id) : undefined;
      return entry === undefined ? [] : [{ instance, stats: entry }];
    });
    const { labels } = sandbox;
    return [
      {
        name: labels[POD_NAME] ?? sandbox.name,
        namespace: labels[POD_NAMESPACE] ?? sandbox.namespace,
        uid: labels[POD_UID] ?? uid,
        sandbox,
        containers,
      },
    ];
  });
  return usages.sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The sum over a pod's containers. */
export function total(pod: PodUsage, of: (stats: ContainerStats) => number): number {
  return pod.containers.reduce((sum, { stats }) => sum + of(stats), 0);
}

/** When the newest of a pod's numbers was measured. */
export function measuredAt(pod: PodUsage): number {
  return Math.max(0, ...pod.containers.map(({ stats }) => stats.time));
}

import { pods } from '../../../api/resources.ts';
import { isNotFound } from '../../../api/status.ts';
import { timeOf } from '../../../api/time.ts';
import type { Pod } from '../../../api/types.ts';
import { fitErrorMessage } from '../../fitError.ts';
import type { NodeInfo, Plugin, PluginContext, Status } from '../../framework.ts';
import { type Candidate, leastHarm, priorityOf, selectVictims } from './victims.ts';

const NOT_HELPFUL: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['Preemption is not helpful for scheduling'],
};

/** How many nodes are compared: a tenth of those that could help, a hundred at least. */
const MIN_CANDIDATES = 100;
const MIN_CANDIDATES_SHARE = 0.1;

type Outcome = { nominatedNode?: string; status: Status };

/** Makes room for a pod by ending pods of lower priority (`plugins/defaultpreemption`). */
export function defaultPreemption(context: PluginContext): Plugin {
  const { snapshot, filters, random, nominator, client, events, clock } = context;

  function findCandidates(
    pod: Pod,
    nodes: readonly NodeInfo[],
  ): { candidates: readonly Candidate[]; statuses: ReadonlyMap<string, Status> } {
    const wanted = Math.min(
      Math.max(Math.trunc(nodes.length * MIN_CANDIDATES_SHARE), MIN_CANDIDATES),
      nodes.length,
    );
    const offset = Math.floor(random.number() * nodes.length);
    const candidates: Candidate[] = [];
    const statuses = new Map<string, Status>();
    for (let i = 0; i < nodes.length && candidates.length < wanted; i++) {
      const info = nodes[(offset + i) % nodes.length];
      if (info === undefined) break;
      const node = info.name;
      const result = selectVictims(pod, info, (gone) => snapshot.without(gone, () => filters.run(pod, info)));
      if (result.victims === undefined) statuses.set(node, result.status);
      else if (result.victims.length > 0) candidates.push({ node, victims: result.victims });
    }
    return { candidates, statuses };
  }

  async function evict(preemptor: Pod, victim: Pod, node: string, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = victim.metadata;
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      lastTransitionTime: timeOf(clock.now()),
      message: `${preemptor.spec.schedulerName ?? ''}: preempting to accommodate a higher priority pod`,
    };
    try {
      await client.patch(
        pods,
        { name, namespace },
        'application/strategic-merge-patch+json',
        { metadata: { uid }, status: { conditions: [condition] } },
        { subresource: 'status', signal },
      );
      await client.delete(pods, { name, namespace }, { preconditions: { uid }, signal });
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    events.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${node}`);
  }

  /** Less important pods that were promised the node must look for another one. */
  async function withdrawNominations(preemptor: Pod, node: string, signal: AbortSignal): Promise<void> {
    const lower = [...nominator.on(node)].filter((pod) => priorityOf(pod) < priorityOf(preemptor));
    for (const pod of lower) {
      nominator.set(pod, '');
      const { name, namespace } = pod.metadata;
      await client
        .patch(
          pods,
          { name, namespace },
          'application/merge-patch+json',
          { status: { nominatedNodeName: null } },
          { subresource: 'status', signal },
        )
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
  }

  async function preempt(
    pod: Pod,
    failed: ReadonlyMap<string, Status>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const ineligible = whyIneligible(pod, failed, context);
    if (ineligible !== undefined) return { status: { code: 'Unschedulable', reasons: [ineligible] } };
    const nodes = snapshot.nodes.filter((info) => failed.get(info.name)?.code === 'Unschedulable');
    const { candidates, statuses } = findCandidates(pod, nodes);
    const best = leastHarm(candidates);
    if (best === undefined) {
      const message = fitErrorMessage({ totalNodes: snapshot.nodes.length, statuses, absent: NOT_HELPFUL });
      return { nominatedNode: '', status: { code: 'Unschedulable', reasons: [message] } };
    }
    nominator.set(pod, best.node);
    await Promise.all(best.victims.map((victim) => evict(pod, victim, best.node, signal)));
    await withdrawNominations(pod, best.node, signal);
    return { nominatedNode: best.node, status: { code: 'Success', reasons: [] } };
  }

  return {
    name: 'DefaultPreemption',
    async postFilter(_state, pod, failed, signal) {
      const outcome = await preempt(pod, failed, signal);
      const { code, reasons } = outcome.status;
      return { ...outcome, status: { code, reasons: reasons.map((reason) => `preemption: ${reason}`) } };
    },
  };
}

function whyIneligible(
  pod: Pod,
  failed: ReadonlyMap<string, Status>,
  { snapshot }: PluginContext,
): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName ?? '';
  if (nominated === '' || failed.get(nominated)?.code === 'UnschedulableAndUnresolvable') return undefined;
  const leaving = snapshot
    .get(nominated)
    ?.pods.some(
      (other) => other.metadata.deletionTimestamp !== undefined && priorityOf(other) < priorityOf(pod),
    );
  return leaving === true ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

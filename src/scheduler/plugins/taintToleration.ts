import type { Node, Pod, Taint } from '../../api/types.ts';
import type { NodeInfo, Plugin, Status } from '../framework.ts';
import { normalizeByHighest } from './normalize.ts';
import { tolerates } from '../../api/tolerations.ts';
import { untolerated } from '../../api/tolerations.ts';

const HARD = ['NoSchedule', 'NoExecute'];

/** No nodes with taints that the pod does not tolerate; fewer soft taints are better (`plugins/tainttoleration`). */
export function taintToleration(): Plugin {
  /** One object for each taint that has been met: thousands of nodes may share it. */
  const statuses = new Map<string, Status>();

  return {
    name: 'TaintToleration',
    filter(_state, pod, info) {
      const taint = untolerated(info.taints, pod.spec.tolerations, HARD);
      return taint === undefined ? undefined : statusOf(statuses, taint);
    },
    preScore(_state, _pod, nodes) {
      return nodes.some(hasSoftTaints) ? undefined : { code: 'Skip', reasons: [] };
    },
    score(_state, pod, info) {
      let count = 0;
      for (const taint of info.taints) {
        if (taint.effect !== 'PreferNoSchedule') continue;
        if (!(pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint))) count++;
      }
      return count;
    },
    normalize(_state, _pod, _nodes, scores) {
      normalizeByHighest(scores, true);
    },
    events: () => [
      {
        event: { resource: 'Node', actions: ['Add', 'UpdateTaints'] },
        hint(pod, _old, current) {
          const { taints } = (current as Node).spec;
          return untolerated(taints, pod.spec.tolerations, HARD) === undefined ? 'Queue' : 'QueueSkip';
        },
      },
      {
        event: { resource: 'Pod', actions: ['UpdateTolerations'] },
        hint: (pod, _old, current) =>
          (current as Pod).metadata.uid === pod.metadata.uid ? 'Queue' : 'QueueSkip',
      },
    ],
  };
}

function statusOf(statuses: Map<string, Status>, taint: Taint): Status {
  const reason = `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  let status = statuses.get(reason);
  if (status === undefined) {
    status = { code: 'UnschedulableAndUnresolvable', reasons: [reason], plugin: 'TaintToleration' };
    statuses.set(reason, status);
  }
  return status;
}

function hasSoftTaints(info: NodeInfo): boolean {
  return info.taints.length > 0 && info.taints.some((taint) => taint.effect === 'PreferNoSchedule');
}

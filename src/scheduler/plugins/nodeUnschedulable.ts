import type { Node, Pod, Taint } from '../../api/types.ts';
import type { Plugin, Status } from '../framework.ts';
import { tolerates } from '../../api/tolerations.ts';

const UNSCHEDULABLE: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['node(s) were unschedulable'],
  plugin: 'NodeUnschedulable',
};

const TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** No cordoned nodes, unless the pod tolerates that (`plugins/nodeunschedulable`). */
export function nodeUnschedulable(): Plugin {
  return {
    name: 'NodeUnschedulable',
    filter(_state, pod, info) {
      if (!info.unschedulable || toleratesCordon(pod)) return undefined;
      return UNSCHEDULABLE;
    },
    events: () => [
      {
        event: { resource: 'Node', actions: ['Add', 'UpdateTaints'] },
        hint: (_pod, _old, current) =>
          (current as Node).spec.unschedulable === true ? 'QueueSkip' : 'Queue',
      },
      {
        event: { resource: 'Pod', actions: ['UpdateTolerations'] },
        hint: (_pod, _old, current) => (toleratesCordon(current as Pod) ? 'Queue' : 'QueueSkip'),
      },
    ],
  };
}

function toleratesCordon(pod: Pod): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, TAINT));
}

import { podSummary } from '../../api/kinds/pod/summary.ts';
import type { Deployment, Node, Pod } from '../../api/types.ts';

/** How well something is: decides icon colours, the badge, and the words for screen readers. */
export type Health = 'good' | 'busy' | 'bad' | 'neutral';

const UNDER_WAY = new Set([
  'Pending',
  'ContainerCreating',
  'PodInitializing',
  'Terminating',
  'SchedulingGated',
]);

export function podHealth(pod: Pod): Health {
  const { reason, ready, total } = podSummary(pod);
  // No node takes it as things are: that is for somebody to mend.
  if (
    pod.status?.conditions?.some(
      ({ type, reason: why }) => type === 'PodScheduled' && why === 'Unschedulable',
    ) === true
  )
    return 'bad';
  if (reason === 'Completed' || pod.status?.phase === 'Succeeded') return 'neutral';
  if (reason === 'Running') return ready === total ? 'good' : 'busy';
  return UNDER_WAY.has(reason) || /^Init:\d/.test(reason) ? 'busy' : 'bad';
}

export interface NodeState {
  readonly text: string;
  readonly health: Health;
}

export function nodeState(node: Node): NodeState {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  const cordoned = node.spec.unschedulable === true;
  const word = ready === 'True' ? 'Ready' : ready === 'False' ? 'NotReady' : 'Unknown';
  return {
    text: cordoned ? `${word}, scheduling disabled` : word,
    health: ready !== 'True' ? 'bad' : cordoned ? 'busy' : 'good',
  };
}

/** Whether a rollout has made no progress for as long as it may take. */
export function isStuck({ status }: Deployment): boolean {
  return (
    status?.conditions?.some(
      ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
    ) === true
  );
}

import { podSummary } from '../../api/kinds/pod/summary.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Pod } from '../../api/types.ts';
import { podHealth } from '../model/health.ts';
import type { KindViews, Look } from './kindView.ts';

export const podViews: KindViews = {
  pods: {
    category: 'pods',
    icon: 'circle-filled',
    can: ['logs', 'shell', 'forward'],
    look: lookOfPod,
  },
};

function lookOfPod(object: KubeObject): Look {
  const pod = object as Pod;
  const summary = podSummary(pod);
  const restarts = summary.restarts === 0 ? '' : ` ↻${summary.restarts}`;
  return {
    health: podHealth(pod),
    description: `${summary.reason} ${summary.ready}/${summary.total}${restarts}`,
    hover: {
      title: pod.metadata.name,
      text: summary.reason,
      paragraphs: [
        `node ${pod.spec.nodeName ?? '(not scheduled)'} · restarts ${summary.restarts} · address ${pod.status?.podIP ?? '(none)'}`,
        ...whyPending(pod),
      ],
    },
  };
}

/** Why the pod waits for a node, or a container for its start, in the scheduler's and the kubelet's own words. */
function whyPending(pod: Pod): readonly string[] {
  const unscheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  const waiting =
    pod.status?.containerStatuses?.flatMap((status) => status.state?.waiting?.message ?? []) ?? [];
  return [...(unscheduled?.message === undefined ? [] : [unscheduled.message]), ...waiting];
}

import { pods } from '../../../api/resources.ts';
import { podSummary } from '../../../api/kinds/pod/summary.ts';
import type { Pod } from '../../../api/types.ts';
import { podHealth } from '../../model/health.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

export function podsSection(session: ClusterSession, namespace: string): TreeNode {
  const informer = session.informer(pods);
  return section({
    id: `${session.cluster}/${namespace}/pods`,
    cluster: session.cluster,
    label: 'Pods',
    icon: 'package',
    watches: [pods],
    count: () => informer.list(namespace).length,
    children: () => byName(informer.list(namespace)).map((object) => podNode(session, object)),
  });
}

/** `parent` tells rows of the same pod apart where it stands in several places of the tree. */
export function podNode(session: ClusterSession, object: Pod, parent = ''): ObjectNode<Pod> {
  const node: ObjectNode<Pod> = {
    id: objectId(session.cluster, pods, object, parent),
    cluster: session.cluster,
    resource: pods,
    object,
    item() {
      const summary = podSummary(object);
      const restarts = summary.restarts === 0 ? '' : ` ↻${summary.restarts}`;
      const ready = `${summary.ready}/${summary.total}`;
      return objectItem(
        node,
        {
          icon: 'circle-filled',
          health: podHealth(object),
          description: `${summary.reason} ${ready}${restarts}`,
          hover: {
            title: object.metadata.name,
            text: summary.reason,
            paragraphs: [
              `node ${object.spec.nodeName ?? '(not scheduled)'} · restarts ${summary.restarts} · address ${object.status?.podIP ?? '(none)'}`,
              ...whyPending(object),
            ],
          },
        },
        false,
      );
    },
  };
  return node;
}

/** Why the pod waits for a node, or a container for its start, in the scheduler's and the kubelet's own words. */
function whyPending(pod: Pod): readonly string[] {
  const unscheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  const waiting =
    pod.status?.containerStatuses?.flatMap((status) => status.state?.waiting?.message ?? []) ?? [];
  return unscheduled?.message === undefined ? waiting : [unscheduled.message, ...waiting];
}

import { nodes } from '../../../api/resources.ts';
import type { Node } from '../../../api/types.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type Health, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

export function nodesSection(session: ClusterSession): TreeNode {
  const informer = session.informer(nodes);
  return section({
    id: `${session.cluster}/nodes`,
    cluster: session.cluster,
    label: 'Nodes',
    icon: 'server',
    contextValue: 'wheelhouse.nodes',
    watches: [nodes],
    count: () => informer.list().length,
    children: () => byName(informer.list()).map((object) => nodeNode(session, object)),
  });
}

function nodeNode(session: ClusterSession, object: Node): ObjectNode<Node> {
  const node: ObjectNode<Node> = {
    id: objectId(session.cluster, nodes, object),
    cluster: session.cluster,
    resource: nodes,
    object,
    item() {
      const { text, health } = nodeState(object);
      const { nodeInfo, capacity } = object.status ?? {};
      return objectItem(
        node,
        {
          icon: 'vm',
          health,
          description: text,
          tooltip: `**${object.metadata.name}** ${text}\n\n${nodeInfo?.osImage ?? ''} · ${nodeInfo?.containerRuntimeVersion ?? ''} · CPU ${capacity?.cpu ?? '?'} · memory ${capacity?.memory ?? '?'}`,
        },
        false,
      );
    },
  };
  return node;
}

function nodeState(node: Node): { text: string; health: Health } {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const cordoned = node.spec.unschedulable === true ? ', scheduling disabled' : '';
  switch (ready?.status) {
    case 'True':
      return { text: `Ready${cordoned}`, health: cordoned === '' ? 'good' : 'busy' };
    case 'False':
      return { text: `NotReady${cordoned}`, health: 'bad' };
    default:
      return { text: `Unknown${cordoned}`, health: 'bad' };
  }
}

import { nodes } from '../../../api/resources.ts';
import type { Node } from '../../../api/types.ts';
import { nodeState } from '../../model/health.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
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
      return objectItem(
        node,
        { icon: 'vm', health, description: text, tooltip: tooltip(object, text) },
        false,
      );
    },
  };
  return node;
}

/** What a node is, as a table: `kubectl get nodes -o wide` has the same. */
function tooltip(object: Node, state: string): string {
  const { nodeInfo, capacity, addresses = [] } = object.status ?? {};
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Roles', rolesOf(object)],
    ['Version', nodeInfo?.kubeletVersion],
    ['System', nodeInfo === undefined ? undefined : `${nodeInfo.osImage}, ${nodeInfo.kernelVersion}`],
    ['Runtime', nodeInfo?.containerRuntimeVersion],
    ['Address', addresses.find(({ type }) => type === 'InternalIP')?.address],
    ['Capacity', `CPU ${capacity?.['cpu'] ?? '?'}, memory ${capacity?.['memory'] ?? '?'}`],
  ];
  const shown = lines.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`- ${name}: ${value}`],
  );
  return `**${object.metadata.name}** ${state}\n\n${shown.join('\n')}`;
}

const ROLE = 'node-role.kubernetes.io/';

function rolesOf(node: Node): string {
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(ROLE));
  return roles.length === 0 ? 'worker' : roles.map((label) => label.slice(ROLE.length)).join(', ');
}

import { namespaces } from '../../../api/resources.ts';
import type { Namespace } from '../../../api/types.ts';
import { SERVED, type ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';
import { namespaceCategories } from './categories.ts';
import { eventsSection } from './events.ts';

export function namespacesSection(session: ClusterSession): TreeNode {
  const informer = session.informer(namespaces);
  return section({
    id: `${session.cluster}/namespaces`,
    cluster: session.cluster,
    label: 'Namespaces',
    icon: 'symbol-namespace',
    watches: [namespaces],
    expanded: true,
    count: () => informer.list().length,
    children: () => byName(informer.list()).map((object) => namespaceNode(session, object)),
  });
}

function namespaceNode(session: ClusterSession, object: Namespace): ObjectNode<Namespace> {
  const { name } = object.metadata;
  const node: ObjectNode<Namespace> = {
    id: objectId(session.cluster, namespaces, object),
    cluster: session.cluster,
    resource: namespaces,
    object,
    item: () => {
      const phase = object.status?.phase ?? 'Active';
      return objectItem(
        node,
        { icon: 'symbol-namespace', ...(phase === 'Active' ? {} : { health: 'busy', description: phase }) },
        true,
      );
    },
    watches: [SERVED],
    children: () => [...namespaceCategories(session, name), eventsSection(session, name)],
  };
  return node;
}

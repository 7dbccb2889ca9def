import type { KubeObject } from '../../../api/meta.ts';
import type { Resource } from '../../../api/resource.ts';
import { configMaps, secrets } from '../../../api/resources.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

export function configurationSection(session: ClusterSession, namespace: string): TreeNode {
  const maps = session.informer(configMaps);
  const hidden = session.informer(secrets);
  return section({
    id: `${session.cluster}/${namespace}/configuration`,
    cluster: session.cluster,
    label: 'Configuration',
    icon: 'settings',
    watches: [configMaps, secrets],
    count: () => maps.list(namespace).length + hidden.list(namespace).length,
    children: () => [
      ...byName(maps.list(namespace)).map((object) => configNode(session, configMaps, object, 'symbol-key')),
      ...byName(hidden.list(namespace)).map((object) => configNode(session, secrets, object, 'lock')),
    ],
  });
}

type WithData = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** Keys are counted and named; values of Secrets are never shown here. */
function configNode(session: ClusterSession, resource: Resource, object: WithData, icon: string): ObjectNode {
  const keys = Object.keys(object.data ?? {});
  const node: ObjectNode = {
    id: objectId(session.cluster, resource, object),
    cluster: session.cluster,
    resource,
    object,
    item: () =>
      objectItem(
        node,
        {
          icon,
          description: `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
          hover: { list: keys },
        },
        false,
      ),
  };
  return node;
}

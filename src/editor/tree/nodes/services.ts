import { services } from '../../../api/resources.ts';
import type { Service } from '../../../api/types.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

export function servicesSection(session: ClusterSession, namespace: string): TreeNode {
  const informer = session.informer(services);
  return section({
    id: `${session.cluster}/${namespace}/services`,
    cluster: session.cluster,
    label: 'Services',
    icon: 'globe',
    watches: [services],
    count: () => informer.list(namespace).length,
    children: () => byName(informer.list(namespace)).map((object) => serviceNode(session, object)),
  });
}

function serviceNode(session: ClusterSession, object: Service): ObjectNode<Service> {
  const node: ObjectNode<Service> = {
    id: objectId(session.cluster, services, object),
    cluster: session.cluster,
    resource: services,
    object,
    item() {
      const { type = 'ClusterIP', clusterIP = '', ports = [] } = object.spec;
      const shown = ports.map(({ port, nodePort, protocol = 'TCP' }) => {
        const outside = nodePort === undefined ? '' : `:${nodePort}`;
        return `${port}${outside}${protocol === 'TCP' ? '' : `/${protocol}`}`;
      });
      return objectItem(
        node,
        {
          icon: 'plug',
          description: `${type === 'ClusterIP' ? '' : `${type} `}${shown.join(', ')}`,
          hover: { title: object.metadata.name, text: `${type} ${clusterIP} ${shown.join(', ')}` },
        },
        false,
      );
    },
  };
  return node;
}

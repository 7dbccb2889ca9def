import { events } from '../../../api/resources.ts';
import type { CoreEvent } from '../../../api/types.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

export function eventsSection(session: ClusterSession, namespace: string): TreeNode {
  const informer = session.informer(events);
  return section({
    id: `${session.cluster}/${namespace}/events`,
    cluster: session.cluster,
    label: 'Events',
    icon: 'history',
    watches: [events],
    count: () => informer.list(namespace).length,
    children: () => newestFirst(informer.list(namespace)).map((object) => eventNode(session, object)),
  });
}

function eventNode(session: ClusterSession, object: CoreEvent): ObjectNode<CoreEvent> {
  const node: ObjectNode<CoreEvent> = {
    id: objectId(session.cluster, events, object),
    cluster: session.cluster,
    resource: events,
    object,
    item() {
      const warning = object.type === 'Warning';
      const item = objectItem(
        node,
        {
          icon: warning ? 'warning' : 'info',
          ...(warning ? { health: 'bad' as const } : {}),
          description: object.message ?? '',
          tooltip: `**${object.reason ?? ''}** ${object.involvedObject.kind ?? ''}/${object.involvedObject.name ?? ''}\n\n${object.message ?? ''}`,
        },
        false,
      );
      item.label = `${object.reason ?? ''} ${object.involvedObject.name ?? ''}`;
      return item;
    },
  };
  return node;
}

function newestFirst(list: readonly CoreEvent[]): readonly CoreEvent[] {
  const time = (event: CoreEvent): string =>
    event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return [...list].sort((a, b) => (time(a) < time(b) ? 1 : -1));
}

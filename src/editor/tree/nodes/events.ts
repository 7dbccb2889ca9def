import { events } from '../../../api/resources.ts';
import type { CoreEvent } from '../../../api/types.ts';
import { age } from '../../model/age.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';

export function eventsSection(session: ClusterSession, namespace: string): TreeNode {
  return section({
    id: `${session.cluster}/${namespace}/events`,
    cluster: session.cluster,
    label: 'Events',
    icon: 'history',
    watches: [events],
    count: () => session.cached(events)?.list(namespace).length,
    children: () =>
      newestFirst(session.informer(events).list(namespace)).map((object) => eventNode(session, object)),
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
          description: `${age(timeOf(object), session.clock.now())} · ${object.message ?? ''}`,
          hover: {
            title: object.reason ?? '',
            text: `${object.involvedObject.kind ?? ''}/${object.involvedObject.name ?? ''}`,
            paragraphs: [object.message ?? ''],
          },
        },
        false,
      );
      item.label = `${object.reason ?? ''} ${object.involvedObject.name ?? ''}`;
      item.accessibilityInformation = {
        label: `${object.type ?? 'Normal'} event ${item.label}, ${String(item.description)}`,
      };
      return item;
    },
  };
  return node;
}

function newestFirst(list: readonly CoreEvent[]): readonly CoreEvent[] {
  return [...list].sort((a, b) => Date.parse(timeOf(b)) - Date.parse(timeOf(a)));
}

/** When it was seen last, RFC 3339; events of the newer API have no lastTimestamp. */
function timeOf(event: CoreEvent): string {
  return (
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp
  );
}

import { window } from 'vscode';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ServedKind } from '../model/servedKinds.ts';
import type { ClusterSession } from '../model/session.ts';
import { isObjectNode } from '../tree/objectNode.ts';
import { pickSession } from './pick.ts';

export interface PickedObject {
  readonly session: ClusterSession;
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** The object of a tree row, or one that the user picks among those of certain kinds. */
export async function pickObject(
  model: ClusterModel,
  args: readonly unknown[],
  title: string,
  fits: (kind: ServedKind) => boolean,
): Promise<PickedObject | undefined> {
  const session = await pickSession(model, args, title);
  if (session === undefined) return undefined;
  const [row] = args;
  if (isObjectNode(row)) return { session, resource: row.resource, object: row.object };
  const kinds = session.served.known().filter((kind) => kind.verbs.includes('list') && fits(kind));
  const lists = await Promise.all(
    kinds.map(async ({ resource }) => {
      const { items } = await session.client.list(resource);
      return items.map((object) => ({
        label: object.metadata.name,
        description: [resource.kind, object.metadata.namespace].filter(Boolean).join(' · '),
        resource,
        object,
      }));
    }),
  );
  const items = lists.flat();
  if (items.length === 0) throw new Error(`Cluster ${session.cluster} has nothing for this: ${title}.`);
  const picked = await window.showQuickPick(items, { title, matchOnDescription: true });
  return picked === undefined ? undefined : { session, resource: picked.resource, object: picked.object };
}

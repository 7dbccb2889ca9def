import { window } from 'vscode';
import { pods } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import { isContainerNode } from '../tree/nodes/containers.ts';
import { isObjectNode } from '../tree/objectNode.ts';
import { pickSession } from './pick.ts';

export interface PickedContainer {
  readonly session: ClusterSession;
  readonly pod: Pod;
  readonly container: string;
}

/** A pod and one of its containers: from a tree row, or asked for. */
export async function pickContainer(
  model: ClusterModel,
  args: readonly unknown[],
  title: string,
): Promise<PickedContainer | undefined> {
  const session = await pickSession(model, args, title);
  if (session === undefined) return undefined;
  const pod = await pickPod(session, args[0], title);
  if (pod === undefined) return undefined;
  const names = containersOf(pod);
  const [row] = args;
  const container = isContainerNode(row)
    ? row.container
    : names.length === 1
      ? names[0]
      : await window.showQuickPick(names, { title: `${title}: container of ${pod.metadata.name}` });
  return container === undefined ? undefined : { session, pod, container };
}

/** The names of all containers of a pod; those that do its work come first. */
export function containersOf({ spec }: Pod): readonly string[] {
  return [...spec.containers, ...(spec.ephemeralContainers ?? []), ...(spec.initContainers ?? [])].map(
    ({ name }) => name,
  );
}

/** A pod: that of a tree row, or one that the user picks. */
export async function pickPod(
  session: ClusterSession,
  row: unknown,
  title: string,
): Promise<Pod | undefined> {
  const informer = session.informer(pods);
  if (isObjectNode(row) && row.resource.plural === 'pods') {
    return informer.get(row.object.metadata.namespace, row.object.metadata.name);
  }
  const items = informer
    .list()
    .map((pod) => ({ label: pod.metadata.name, description: pod.metadata.namespace, pod }));
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.pod;
}

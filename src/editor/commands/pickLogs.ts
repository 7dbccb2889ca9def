import { window } from 'vscode';
import { pods } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { PodLogsOptions } from '../logs/podLogs.ts';
import type { LogPrefix } from '../logs/renderLog.ts';
import { selectionOf } from '../logs/selection.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import { isContainerNode } from '../tree/nodes/containers.ts';
import { isObjectNode, type ObjectNode } from '../tree/objectNode.ts';
import { pickSession } from './pick.ts';
import { containersOf, pickPod } from './pickPod.ts';

/** Which logs are meant: those of one container, of a pod, or of all pods of a workload. */
export interface PickedLogs extends Pick<PodLogsOptions, 'namespace' | 'selection'> {
  readonly session: ClusterSession;
  readonly container?: string;
  readonly prefix: LogPrefix;
  /** `web`, `web-abc/app`: what they are the logs of. */
  readonly of: string;
}

const ALL = 'All Containers';

/** From a row of a pod or of a workload, or asked for. */
export async function pickLogs(
  model: ClusterModel,
  args: readonly unknown[],
  title: string,
): Promise<PickedLogs | undefined> {
  const session = await pickSession(model, args, title);
  if (session === undefined) return undefined;
  const [row] = args;
  if (isObjectNode(row) && row.resource.plural !== pods.plural) return ofWorkload(session, row);
  const pod = await pickPod(session, row, title);
  if (pod === undefined) return undefined;
  return ofPod(session, pod, title, isContainerNode(row) ? row.container : undefined);
}

function ofWorkload(session: ClusterSession, { resource, object }: ObjectNode): PickedLogs {
  const { name, namespace = '' } = object.metadata;
  const selection = selectionOf(resource, object);
  if (selection === undefined) throw new Error(`${resource.kind} ${name} selects no pods.`);
  return { session, namespace, selection, prefix: 'pod', of: name };
}

async function ofPod(
  session: ClusterSession,
  pod: Pod,
  title: string,
  chosen: string | undefined,
): Promise<PickedLogs | undefined> {
  const { name, namespace } = pod.metadata;
  const selection = { fieldSelector: `metadata.name=${name}` };
  const names = containersOf(pod);
  const container =
    chosen ??
    (names.length === 1
      ? names[0]
      : await window.showQuickPick([ALL, ...names], { title: `${title}: container of ${name}` }));
  if (container === undefined) return undefined;
  return container === ALL
    ? { session, namespace, selection, prefix: 'container', of: name }
    : { session, namespace, selection, container, prefix: 'none', of: `${name}/${container}` };
}

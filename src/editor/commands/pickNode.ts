import { window } from 'vscode';
import { nodes } from '../../api/resources.ts';
import type { MachineCapabilities } from '../../cluster/machines/contract.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import { isMachineNode } from '../tree/nodes/machines.ts';
import { isObjectNode } from '../tree/objectNode.ts';
import { pickSession } from './pick.ts';

export interface PickedNode {
  readonly cluster: string;
  readonly session: ClusterSession;
  readonly node: string;
}

/** A node of a running cluster: that of a tree row, or the one that the user picks. */
export async function pickNode(
  model: ClusterModel,
  args: readonly unknown[],
  wanted: { readonly title: string; readonly can?: keyof MachineCapabilities },
): Promise<PickedNode | undefined> {
  const session = await pickSession(model, args, wanted.title, wanted.can);
  if (session === undefined) return undefined;
  const [row] = args;
  const { cluster } = session;
  if (isMachineNode(row)) return { cluster, session, node: row.machine };
  if (isObjectNode(row)) return { cluster, session, node: row.object.metadata.name };
  const names = session
    .informer(nodes)
    .list()
    .map((node) => node.metadata.name)
    .sort();
  const node = await window.showQuickPick(names, { title: wanted.title, placeHolder: 'Which node?' });
  return node === undefined ? undefined : { cluster, session, node };
}

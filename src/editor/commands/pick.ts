import { window } from 'vscode';
import type { MachineCapabilities } from '../../cluster/machines/contract.ts';
import type { ClusterState } from '../model/clusterEntry.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import { isClusterNode } from '../tree/nodes/cluster.ts';
import type { TreeNode } from '../tree/treeNode.ts';
import { NotRunningError } from './notRunning.ts';

/** The cluster of a tree row, or the one that the user picks; the only candidate is taken without asking. */
export async function pickCluster(
  model: ClusterModel,
  args: readonly unknown[],
  wanted: {
    readonly phases?: readonly ClusterState['phase'][];
    /** What its machines must be able to do. */
    readonly can?: keyof MachineCapabilities;
    /** Something is being done with it. */
    readonly working?: boolean;
    readonly title: string;
  },
): Promise<string | undefined> {
  const [row] = args;
  if (isRow(row)) return row.cluster;
  await model.refresh();
  const candidates = model
    .entries()
    .filter(({ state }) => wanted.phases === undefined || wanted.phases.includes(state.phase))
    .filter(({ work }) => wanted.working !== true || work !== undefined)
    .filter(({ traits }) => wanted.can === undefined || traits?.capabilities[wanted.can] === true)
    .map(({ name }) => name);
  if (candidates.length === 0) throw new Error(`There is no cluster for this: ${wanted.title}.`);
  if (candidates.length === 1) return candidates[0];
  const preferred = model.preferred()?.cluster;
  const sorted = candidates.toSorted((a, b) => Number(b === preferred) - Number(a === preferred));
  const name = await window.showQuickPick(sorted, { title: wanted.title, placeHolder: 'Which cluster?' });
  if (name !== undefined) model.prefer(name);
  return name;
}

/**
 * The session of a running cluster, one of ours or of a context, asked for where there are several. Throws
 * NotRunningError where there is none.
 */
export async function pickSession(
  model: ClusterModel,
  args: readonly unknown[],
  title: string,
  can?: keyof MachineCapabilities,
): Promise<ClusterSession | undefined> {
  const [row] = args;
  if (isRow(row)) return sessionOf(model, row.cluster);
  const running = model.running();
  if (running.length === 0) throw new NotRunningError();
  if (can !== undefined) {
    const name = await pickCluster(model, args, { phases: ['running'], title, can });
    return name === undefined ? undefined : sessionOf(model, name);
  }
  if (running.length === 1) return running[0];
  const preferred = model.preferred()?.cluster;
  const names = running
    .map(({ cluster }) => cluster)
    .toSorted((a, b) => Number(b === preferred) - Number(a === preferred));
  const name = await window.showQuickPick(names, { title, placeHolder: 'Which cluster?' });
  if (name === undefined) return undefined;
  model.prefer(name);
  return sessionOf(model, name);
}

/** The session of a cluster. Throws NotRunningError where it has none. */
export function sessionOf(model: ClusterModel, cluster: string): ClusterSession {
  const session = model.session(cluster);
  if (session === undefined) throw new NotRunningError(cluster);
  return session;
}

function isRow(value: unknown): value is TreeNode {
  return isClusterNode(value) || (typeof value === 'object' && value !== null && 'cluster' in value);
}

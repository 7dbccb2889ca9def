import { commands, window } from 'vscode';
import type { ClusterModel } from '../model/clusterModel.ts';

/** A command needs a cluster that runs: this one, or any. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError';
  readonly cluster: string | undefined;

  constructor(cluster?: string) {
    super(cluster === undefined ? 'No cluster is running.' : `Cluster ${cluster} is not running.`);
    this.cluster = cluster;
  }
}

/** Says so, and offers what would help. True where the cluster runs afterwards: the command can be run again. */
export async function offerStart(
  error: NotRunningError,
  model: Pick<ClusterModel, 'entries' | 'running' | 'session'>,
): Promise<boolean> {
  const startable = model
    .entries()
    .filter(({ state }) => state.phase === 'stopped' || state.phase === 'failed')
    .map(({ name }) => name)
    .filter((name) => error.cluster === undefined || name === error.cluster);
  const [only] = startable;
  const [offer, command, argument] =
    only === undefined
      ? (['Create Cluster…', 'wheelhouse.createCluster', undefined] as const)
      : startable.length === 1
        ? ([`Start ${only}`, 'wheelhouse.startCluster', { cluster: only }] as const)
        : (['Start Cluster…', 'wheelhouse.startCluster', undefined] as const);
  const choice = await window.showErrorMessage(error.message, offer);
  if (choice === undefined) return false;
  await commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
  return error.cluster === undefined
    ? model.running().length > 0
    : model.session(error.cluster) !== undefined;
}

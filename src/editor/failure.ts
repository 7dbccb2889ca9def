import { commands, window, type OutputChannel } from 'vscode';
import { DamagedClusterError } from '../cluster/errors.ts';
import { plainMessage } from './plainMessage.ts';

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Shows what failed, with a way to the log, which has the details; of a damaged store, with what can be done. */
export function showFailure(error: unknown, output: OutputChannel, where: string): void {
  const message = messageOf(error);
  output.appendLine(`${where}: ${error instanceof Error ? (error.stack ?? message) : message}`);
  const isDamage = error instanceof DamagedClusterError;
  const ways = isDamage ? Object.keys(WAYS) : [];
  const shown = isDamage ? `Cluster ${error.cluster} does not run: ${error.damage}` : message;
  void window.showErrorMessage(plainMessage(shown), ...ways, 'Show Log').then((choice) => {
    if (choice === undefined) return;
    const command = WAYS[choice];
    if (command === undefined || !isDamage) output.show(true);
    else void commands.executeCommand(command, { cluster: error.cluster });
  });
}

/** What can be done about a damaged store. */
const WAYS: Readonly<Record<string, string>> = {
  'Restore Snapshot…': 'wheelhouse.restoreSnapshot',
  'Save Objects…': 'wheelhouse.exportObjects',
  'Go On Without What Is Damaged…': 'wheelhouse.recoverCluster',
};

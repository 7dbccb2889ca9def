import { window, type OutputChannel } from 'vscode';
import { plainMessage } from './plainMessage.ts';

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Shows what failed, with a way to the log, which has the details. */
export function showFailure(error: unknown, output: OutputChannel, where: string): void {
  const message = messageOf(error);
  output.appendLine(`${where}: ${error instanceof Error ? (error.stack ?? message) : message}`);
  void window.showErrorMessage(plainMessage(message), 'Show Log').then((choice) => {
    if (choice !== undefined) output.show(true);
  });
}

import { commands as editorCommands, window } from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { showFailure } from '../failure.ts';
import { WorkCancelled } from '../model/runningWork.ts';
import type { CommandContext, EditorCommand } from './command.ts';
import { commands } from './index.ts';
import { NotRunningError, offerStart } from './notRunning.ts';

/** Registers all commands; failures become one message with a way to the log, and nobody waits for its answer. */
export function registerCommands(context: CommandContext): Disposable {
  const store = new DisposableStore();
  for (const command of commands) {
    store.add(
      editorCommands.registerCommand(command.id, (...args: unknown[]) => runCommand(command, context, args)),
    );
  }
  return store;
}

/** Where no cluster runs, the user may start one; then the command goes on. */
async function runCommand(
  command: EditorCommand,
  context: CommandContext,
  args: readonly unknown[],
): Promise<void> {
  try {
    await command.run(context, ...args);
  } catch (error) {
    if (error instanceof WorkCancelled) void window.showInformationMessage(error.message);
    else if (error instanceof NotRunningError) {
      void offerStart(error, context.model).then((runs) => {
        if (runs) void runCommand(command, context, args);
      });
    } else showFailure(error, context.output, command.id);
  }
}

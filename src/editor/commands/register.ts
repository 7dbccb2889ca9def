import { commands as editorCommands, window } from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { showFailure } from '../failure.ts';
import { WorkCancelled } from '../model/works.ts';
import type { CommandContext } from './command.ts';
import { commands } from './index.ts';

/** Registers all commands; failures become one message with a way to the log, and nobody waits for its answer. */
export function registerCommands(context: CommandContext): Disposable {
  const store = new DisposableStore();
  for (const command of commands) {
    store.add(
      editorCommands.registerCommand(command.id, async (...args: unknown[]) => {
        try {
          await command.run(context, ...args);
        } catch (error) {
          if (error instanceof WorkCancelled) void window.showInformationMessage(error.message);
          else showFailure(error, context.output, command.id);
        }
      }),
    );
  }
  return store;
}

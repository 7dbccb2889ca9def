import { commands as editorCommands, window } from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { CommandContext } from './command.ts';
import { commands } from './index.ts';

/** Registers all commands; failures become one message with a way to the log. */
export function registerCommands(context: CommandContext): Disposable {
  const store = new DisposableStore();
  for (const command of commands) {
    store.add(
      editorCommands.registerCommand(command.id, async (...args: unknown[]) => {
        try {
          await command.run(context, ...args);
        } catch (error) {
          if (error instanceof Error && error.name === 'AbortError') return;
          const message = error instanceof Error ? error.message : String(error);
          context.output.appendLine(
            `${command.id}: ${error instanceof Error ? (error.stack ?? message) : message}`,
          );
          const choice = await window.showErrorMessage(message, 'Show Log');
          if (choice !== undefined) context.output.show(true);
        }
      }),
    );
  }
  return store;
}

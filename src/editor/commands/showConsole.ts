import { window } from 'vscode';
import { consoleTerminal } from '../terminals/consoleTerminal.ts';
import type { EditorCommand } from './command.ts';
import { pickMachine } from './pickMachine.ts';

/** What a machine says on its console: why it does not boot is said there. */
export const showConsole: EditorCommand = {
  id: 'wheelhouse.showConsole',
  async run({ model }, ...args) {
    const picked = await pickMachine(model, args, { title: 'Show Console', can: 'console' });
    if (picked === undefined) return;
    const { provider, machine } = picked;
    window
      .createTerminal({
        name: `console ${machine.name}`,
        pty: consoleTerminal(provider, machine),
        isTransient: true,
      })
      .show();
  },
};

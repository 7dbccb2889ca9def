import { window } from 'vscode';
import { shellTerminal } from '../terminals/shellTerminal.ts';
import type { EditorCommand } from './command.ts';
import { pickMachine } from './pickMachine.ts';

export const nodeShell: EditorCommand = {
  id: 'wheelhouse.nodeShell',
  async run({ model }, ...args) {
    const picked = await pickMachine(model, args, { title: 'Open Node Shell', can: 'shell' });
    if (picked === undefined) return;
    const { provider, machine } = picked;
    window
      .createTerminal({
        name: `node ${machine.name}`,
        pty: shellTerminal(provider, machine),
        isTransient: true,
      })
      .show();
  },
};

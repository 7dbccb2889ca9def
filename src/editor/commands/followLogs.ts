import { window } from 'vscode';
import { logTerminal } from '../terminals/logTerminal.ts';
import type { EditorCommand } from './command.ts';
import { pickContainer } from './pickPod.ts';

export const followLogs: EditorCommand = {
  id: 'wheelhouse.followLogs',
  async run({ model }, ...args) {
    const picked = await pickContainer(model, args, 'Follow Logs');
    if (picked === undefined) return;
    const name = `logs ${picked.pod.metadata.name}/${picked.container}`;
    window.createTerminal({ name, pty: logTerminal(picked), isTransient: true }).show();
  },
};

import { window } from 'vscode';
import { execTerminal } from '../terminals/execTerminal.ts';
import type { EditorCommand } from './command.ts';
import { pickContainer } from './pickPod.ts';

export const openPodTerminal: EditorCommand = {
  id: 'wheelhouse.openPodTerminal',
  async run({ model }, ...args) {
    const picked = await pickContainer(model, args, 'Open Shell in Pod');
    if (picked === undefined) return;
    const name = `${picked.pod.metadata.name}/${picked.container}`;
    window.createTerminal({ name, pty: execTerminal(picked), isTransient: true }).show();
  },
};

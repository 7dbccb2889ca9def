import { window } from 'vscode';
import { nodes } from '../../api/resources.ts';
import { shellTerminal } from '../terminals/shellTerminal.ts';
import { isObjectNode } from '../tree/objectNode.ts';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';

export const nodeShell: EditorCommand = {
  id: 'wheelhouse.nodeShell',
  async run({ model }, ...args) {
    const session = await pickSession(model, args, 'Open Node Shell');
    if (session === undefined) return;
    const [row] = args;
    const names = session
      .informer(nodes)
      .list()
      .map((node) => node.metadata.name);
    const name = isObjectNode(row)
      ? row.object.metadata.name
      : await window.showQuickPick(names, { title: 'Open Node Shell' });
    if (name === undefined) return;
    const provider = await model.clusters.provider(session.cluster);
    if (!provider.capabilities.shell) throw new Error(`Nodes of the kind "${provider.name}" have no shell.`);
    const machine = (await provider.list(session.cluster)).find((m) => m.name === name);
    if (machine === undefined) throw new Error(`Node ${name} has no machine here.`);
    window
      .createTerminal({ name: `node ${name}`, pty: shellTerminal(provider, machine), isTransient: true })
      .show();
  },
};

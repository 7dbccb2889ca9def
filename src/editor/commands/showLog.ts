import { Uri, window, workspace } from 'vscode';
import { vagrantFolder } from '../../cluster/machines/vagrant/folder.ts';
import { isMachineNode } from '../tree/nodes/machines.ts';
import type { EditorCommand } from './command.ts';

/** At a machine: all that Vagrant said of it, where it has ended; elsewhere what this extension did. */
export const showLog: EditorCommand = {
  id: 'wheelhouse.showLog',
  async run({ model, output }, ...args) {
    const [row] = args;
    const file = isMachineNode(row)
      ? Uri.file(vagrantFolder(model.clusters.paths(row.cluster).vagrant).node(row.machine).log)
      : undefined;
    if (file !== undefined && (await exists(file))) await window.showTextDocument(file, { preview: true });
    else output.show(true);
  },
};

async function exists(file: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}

import { Uri, window, workspace } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';

/** Writes the objects of a cluster that does not run to a file, of a damaged store those that are whole. */
export const exportObjects: EditorCommand = {
  id: 'wheelhouse.exportObjects',
  async run({ model, output }, ...args) {
    const name = await pickCluster(model, args, { phases: ['stopped', 'failed'], title: 'Save Objects' });
    if (name === undefined) return;
    const target = await window.showSaveDialog({
      title: `Save the objects of ${name}, its Secrets too`,
      defaultUri: Uri.file(`${name}.json`),
      filters: { JSON: ['json'] },
    });
    if (target === undefined) return;
    const beside = `${target.fsPath}.new`;
    const { objects, damaged } = await model.clusters.export(name, beside);
    // The dialog has asked whether a file that is there may go.
    await workspace.fs.rename(Uri.file(beside), target, { overwrite: true });
    for (const key of damaged) output.appendLine(`Cluster ${name}: lost, or as it was before: ${key}`);
    const lost = damaged.length === 0 ? '' : ` ${damaged.length} are damaged: the log says which.`;
    void window.showInformationMessage(`${objects} objects of ${name} are saved.${lost}`);
  },
};

import { window } from 'vscode';
import { toolOf } from '../machineKinds.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

const GO_ON = 'Go On';

/** Starts a cluster whose store is damaged from what is whole of it. */
export const recoverCluster: EditorCommand = {
  id: 'wheelhouse.recoverCluster',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, {
      phases: ['stopped', 'failed'],
      title: 'Start Without What Is Damaged',
    });
    if (name === undefined) return;
    const sure = await window.showWarningMessage(
      `Go on with what is whole of cluster ${name}’s store?`,
      {
        modal: true,
        detail:
          'Objects that are damaged are as they were before, or gone; the log says which. The history ends here. ' +
          'The damaged store is kept beside the new one. A store that is whole stays as it is.',
      },
      GO_ON,
    );
    if (sure !== GO_ON) return;
    await withProgress(
      context,
      { title: `Starting cluster ${name}`, tool: toolOf(model, name) },
      (progress, signal) => model.recover(name, progress, signal),
    );
  },
};

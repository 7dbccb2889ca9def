import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

/** Freezes the nodes with all that runs on them; Start Cluster wakes them. */
export const suspendCluster: EditorCommand = {
  id: 'wheelhouse.suspendCluster',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, {
      phases: ['running'],
      can: 'pause',
      title: 'Suspend Cluster',
    });
    if (name === undefined) return;
    await withProgress(context, { title: `Suspending cluster ${name}` }, (progress, signal) =>
      model.suspend(name, progress, signal),
    );
  },
};

import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const stopCluster: EditorCommand = {
  id: 'wheelhouse.stopCluster',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, { phases: ['running', 'failed'], title: 'Stop Cluster' });
    if (name === undefined) return;
    await withProgress(context, { title: `Stopping cluster ${name}` }, (_progress, signal) =>
      model.stop(name, signal),
    );
  },
};

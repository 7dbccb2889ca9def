import { toolOf } from '../machineKinds.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const addNode: EditorCommand = {
  id: 'wheelhouse.addNode',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, { phases: ['running'], title: 'Add Node' });
    if (name === undefined) return;
    await withProgress(
      context,
      { title: `Adding a node to ${name}`, tool: toolOf(model, name), left: 'Nothing of it is left.' },
      (progress, signal) =>
        model.work(name, 'Adding a node', progress, signal, async (own, stop) => {
          await model.clusters.addNode(name, own, stop);
        }),
    );
  },
};

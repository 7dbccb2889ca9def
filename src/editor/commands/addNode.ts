import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const addNode: EditorCommand = {
  id: 'wheelhouse.addNode',
  async run({ model, output }, ...args) {
    const name = await pickCluster(model, args, { phases: ['running'], title: 'Add Node' });
    if (name === undefined) return;
    await withProgress(`Adding a node to ${name}`, output, async (progress, signal) => {
      await model.clusters.addNode(name, progress, signal);
    });
  },
};

import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const startCluster: EditorCommand = {
  id: 'wheelhouse.startCluster',
  async run({ model, output }, ...args) {
    const name = await pickCluster(model, args, { phases: ['stopped', 'failed'], title: 'Start Cluster' });
    if (name === undefined) return;
    await withProgress(`Starting cluster ${name}`, output, (progress, signal) =>
      model.start(name, progress, signal),
    );
  },
};

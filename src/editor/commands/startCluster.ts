import { toolOf } from '../machineKinds.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const startCluster: EditorCommand = {
  id: 'wheelhouse.startCluster',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, { phases: ['stopped', 'failed'], title: 'Start Cluster' });
    if (name === undefined) return;
    await withProgress(
      context,
      { title: `Starting cluster ${name}`, tool: toolOf(model, name) },
      (progress, signal) => model.start(name, progress, signal),
    );
  },
};

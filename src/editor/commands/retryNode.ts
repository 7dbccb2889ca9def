import { toolOf } from '../machineKinds.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

/** Makes again what machines of a cluster are missing; nodes that run are left alone. */
export const retryNode: EditorCommand = {
  id: 'wheelhouse.retryNode',
  async run(context, ...args) {
    const { model } = context;
    const name = await pickCluster(model, args, { phases: ['running', 'failed'], title: 'Retry Nodes' });
    if (name === undefined) return;
    await withProgress(
      context,
      { title: `Retrying nodes of ${name}`, tool: toolOf(model, name) },
      (progress, signal) =>
        model.session(name) === undefined
          ? model.start(name, progress, signal)
          : model.retry(name, progress, signal),
    );
  },
};

import { toolOf } from '../machineKinds.ts';
import type { EditorCommand } from './command.ts';
import { pickNode } from './pickNode.ts';
import { withProgress } from './progress.ts';

/** Starts the machine of a node that is down, or recreates it where it is gone. */
export const startNode: EditorCommand = {
  id: 'wheelhouse.startNode',
  async run(context, ...args) {
    const { model } = context;
    const picked = await pickNode(model, args, { title: 'Start Node' });
    if (picked === undefined) return;
    const { cluster, node } = picked;
    await withProgress(
      context,
      { title: `Starting node ${node}`, tool: toolOf(model, cluster) },
      (progress, signal) =>
        model.work(cluster, `Starting ${node}`, progress, signal, (own, stop) =>
          model.clusters.startNode(cluster, node, own, stop),
        ),
    );
  },
};

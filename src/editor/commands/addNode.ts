import type { NodeSize } from '../../cluster/nodeSize.ts';
import type { NodeProfile } from '../../cluster/profile.ts';
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
          const { nodes } = await model.clusters.profile(name);
          await model.clusters.addNode(name, own, stop, sizeOf(nodes.at(-1)));
        }),
    );
  },
};

/** A new node is as large as the one that came last, where that says how large it is. */
function sizeOf({ cpus, memoryBytes, diskBytes }: Partial<NodeProfile> = {}): NodeSize {
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(diskBytes === undefined ? {} : { diskBytes }),
  };
}

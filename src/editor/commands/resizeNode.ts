import { window } from 'vscode';
import { quantityValue } from '../../api/quantity.ts';
import type { NodeProfile } from '../../cluster/profile.ts';
import { nodes } from '../../api/resources.ts';
import { stepThrough } from '../input/stepThrough.ts';
import { sizeSteps } from '../create/sizeSteps.ts';
import type { ClusterSession } from '../model/session.ts';
import { sameSize, sizeText, type NodeSize } from '../model/nodeSize.ts';
import type { EditorCommand } from './command.ts';
import { pickNode } from './pickNode.ts';
import { withProgress } from './progress.ts';

export const resizeNode: EditorCommand = {
  id: 'wheelhouse.resizeNode',
  async run(context, ...args) {
    const { model } = context;
    const title = 'Resize Node';
    const picked = await pickNode(model, args, { title, can: 'resize' });
    if (picked === undefined) return;
    const { cluster, session, node } = picked;
    const profile = await model.clusters.profile(cluster);
    const now = sizeOf(
      session,
      profile.nodes.find(({ name }) => name === node),
      node,
    );
    const size = await stepThrough<NodeSize>(`${title} ${node}`, sizeSteps(`node ${node}`), now);
    if (size === undefined) return;
    if (sameSize(size, now)) {
      void window.showInformationMessage(`Node ${node} has ${sizeText(now)} already.`);
      return;
    }
    const sure = await window.showWarningMessage(
      `Resize node ${node} from ${sizeText(now)} to ${sizeText(size)}?`,
      {
        modal: true,
        detail:
          'Its pods are evicted first, and start on other nodes where there is room. Then its machine is stopped, resized and started, and takes pods again.',
      },
      'Resize',
    );
    if (sure !== 'Resize') return;
    await withProgress(
      context,
      { title: `Resizing node ${node}`, left: 'The node has its old size.' },
      (progress, signal) =>
        model.work(cluster, `Resizing ${node}`, progress, signal, (own, stop) =>
          model.clusters.resizeNode(cluster, node, size, own, stop),
        ),
    );
  },
};

/** As declared, and where nothing is, as the node says that it is. */
function sizeOf(session: ClusterSession, declared: NodeProfile | undefined, name: string): NodeSize {
  const capacity = session.informer(nodes).get(undefined, name)?.status?.capacity;
  return {
    cpus: declared?.cpus ?? quantityValue(capacity?.['cpu'] ?? '1'),
    memoryBytes: declared?.memoryBytes ?? quantityValue(capacity?.['memory'] ?? '1Gi'),
  };
}

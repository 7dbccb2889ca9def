import { window } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { controllerOf } from '../../api/meta.ts';
import { nodes, pods } from '../../api/resources.ts';
import { isNotFound, StatusError } from '../../api/status.ts';
import type { Pod } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { FIELD_MANAGER } from '../documents/manifests.ts';
import type { EditorCommand } from './command.ts';
import { pickNode } from './pickNode.ts';
import { withProgress } from './progress.ts';

/** A budget says by no event when it allows the next eviction: it is asked again, as kubectl does. */
const RETRY_MS = 5_000;
const MIRROR = 'kubernetes.io/config.mirror';

/** As `kubectl drain`: the node takes no more pods, and those that it has are evicted, within their budgets. */
export const drainNode: EditorCommand = {
  id: 'wheelhouse.drainNode',
  async run(context, ...args) {
    const picked = await pickNode(context.model, args, { title: 'Drain Node' });
    if (picked === undefined) return;
    const { session, node } = picked;
    const { client } = session;
    const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${node}` });
    const leaving = items.filter(isEvicted);
    const alone = leaving.filter((pod) => controllerOf(pod) === undefined);
    const lost =
      alone.length === 0
        ? ''
        : `\n\nNothing makes these again: ${alone.map(({ metadata }) => metadata.name).join(', ')}.`;
    const sure = await window.showWarningMessage(
      `Drain node ${node} of cluster ${session.cluster}?`,
      {
        modal: true,
        detail: `It takes no more pods, and ${leaving.length === 1 ? '1 pod is' : `${leaving.length} pods are`} evicted. Data in their emptyDir volumes is lost.${lost}`,
      },
      'Drain',
    );
    if (sure !== 'Drain') return;
    await withProgress(
      context,
      { title: `Draining ${node}`, left: 'The node stays cordoned.' },
      async (progress, signal) => {
        await client.patch(
          nodes,
          { name: node },
          'application/merge-patch+json',
          { spec: { unschedulable: true } },
          { fieldManager: FIELD_MANAGER },
        );
        let left = leaving.length;
        await Promise.all(
          leaving.map(async (pod) => {
            await evict(client, pod, context.clock, signal);
            left -= 1;
            progress.report({ machine: '', message: `${left} of ${leaving.length} pods left` });
          }),
        );
      },
    );
  },
};

/** Pods of DaemonSets would come back at once, and mirror pods belong to the node itself. */
function isEvicted({ metadata, status }: Pod): boolean {
  if (metadata.annotations?.[MIRROR] !== undefined) return false;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  return controllerOf({ metadata } as Pod)?.kind !== 'DaemonSet';
}

async function evict(client: Client, { metadata }: Pod, clock: Clock, signal: AbortSignal): Promise<void> {
  const { name, namespace } = metadata;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  for (;;) {
    try {
      await client.createSubresource(pods, { name, namespace }, 'eviction', eviction, { signal });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!(error instanceof StatusError) || error.status.code !== 429) throw error;
    }
    await clock.sleep(RETRY_MS, signal);
  }
}

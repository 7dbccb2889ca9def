import { adminOf, type Action } from './action.ts';

/** Evicts the node's pods and keeps new ones away; where what follows fails, it is open to them again as it was. */
export function drainNode(node: string): Action {
  let wasOpen = false;
  return {
    title: `Draining ${node}`,
    async run(context) {
      const admin = await adminOf(context);
      wasOpen = await admin.cordon(node);
      await admin.drain(node, context.signal, (pods) =>
        context.progress.report({ machine: node, message: waitingText(pods) }),
      );
    },
    async undo(context) {
      if (wasOpen) await (await adminOf(context)).uncordon(node);
    },
  };
}

/** How many pods are named: of more, the number says enough. */
const NAMED = 3;

function waitingText(pods: readonly string[]): string {
  const names = pods.slice(0, NAMED).join(', ');
  const others = pods.length > NAMED ? `, and ${pods.length - NAMED} more` : '';
  return `Waits for ${pods.length === 1 ? 'a pod' : `${pods.length} pods`} to move: ${names}${others}`;
}

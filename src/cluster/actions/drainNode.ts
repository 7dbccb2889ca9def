import { adminOf, type Action } from './action.ts';

/** Evicts the node's pods and keeps new ones away; where what follows fails, it is open to them again as it was. */
export function drainNode(node: string): Action {
  let wasOpen = false;
  return {
    title: `Draining ${node}`,
    async run(context) {
      const admin = await adminOf(context);
      wasOpen = await admin.cordon(node);
      await admin.drain(node, context.signal);
    },
    async undo(context) {
      if (wasOpen) await (await adminOf(context)).uncordon(node);
    },
  };
}

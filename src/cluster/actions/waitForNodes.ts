import { adminOf, type Action } from './action.ts';

/** Waits until the given nodes (default: all of the profile) are Ready. */
export function waitForNodes(names?: readonly string[]): Action {
  return {
    title: 'Waiting for the nodes',
    async run(context) {
      const admin = await adminOf(context);
      await admin.whenReady(
        names ?? context.profile.nodes.map((node) => node.name),
        (node) => context.progress.report({ machine: node, message: 'Ready' }),
        context.signal,
        context.reportsBefore,
      );
    },
  };
}

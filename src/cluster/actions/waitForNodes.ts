import { adminOf, type Action } from './action.ts';

/**
 * Waits until the given nodes (default: all of the profile) are Ready, but for those whose machines have failed. Where
 * all of them have, there is nothing to wait for: rejects with the first failure.
 */
export function waitForNodes(names?: readonly string[]): Action {
  return {
    title: 'Waiting for the nodes',
    async run(context) {
      const { profile, failed, progress, signal, oldNews } = context;
      const wanted = names ?? profile.nodes.map((node) => node.name);
      const waiting = wanted.filter((node) => !failed.has(node));
      const [failure] = wanted.flatMap((node) => failed.get(node) ?? []);
      if (waiting.length === 0 && failure !== undefined) throw failure;
      const onReady = (node: string): void => progress.report({ machine: node, message: 'Ready' });
      await (await adminOf(context)).whenReady(waiting, onReady, signal, oldNews);
    },
  };
}

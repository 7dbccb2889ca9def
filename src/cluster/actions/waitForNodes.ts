import { adminOf, type Action, type ActionContext } from './action.ts';

/** Nothing says how long a machine may take to boot; after this its user is told where to look. */
const PATIENCE_MS = 120_000;

/**
 * Waits until the given nodes (default: all of the profile) are Ready, but for those whose machines have failed. Where
 * all of them have, there is nothing to wait for: rejects with the first failure.
 */
export function waitForNodes(names?: readonly string[]): Action {
  return {
    title: 'Waiting for the nodes',
    async run(context) {
      const { profile, failed, progress, signal, earlierReports, clock } = context;
      const wanted = names ?? profile.nodes.map((node) => node.name);
      const waiting = new Set(wanted.filter((node) => !failed.has(node)));
      const [failure] = wanted.flatMap((node) => failed.get(node) ?? []);
      if (waiting.size === 0 && failure !== undefined) throw failure;
      const hint = clock.timeout(PATIENCE_MS, () => {
        for (const machine of waiting) progress.report({ machine, message: whereToLook(context, machine) });
      });
      const onReady = (node: string): void => {
        waiting.delete(node);
        progress.report({ machine: node, message: 'Ready' });
      };
      try {
        await (await adminOf(context)).whenReady([...waiting], onReady, signal, earlierReports);
      } finally {
        hint.dispose();
      }
    },
  };
}

function whereToLook({ provider, profile }: ActionContext, node: string): string {
  const { console, shell } = provider.capabilities;
  const look = console ? 'console' : shell ? 'node shell' : undefined;
  return `Not Ready yet.${look === undefined ? '' : ` What it does: wheelhouse ${look} ${profile.name} ${node}`}`;
}

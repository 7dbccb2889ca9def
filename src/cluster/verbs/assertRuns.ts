import type { ActionContext } from '../actions/action.ts';
import { ClusterError } from '../errors.ts';

/** Nodes come and go while a cluster runs. Rejects with a ClusterError where none of its machines does. */
export async function assertRuns({ provider, profile }: ActionContext): Promise<void> {
  const { name } = profile;
  const states = (await provider.list(name)).map(({ state }) => state);
  if (states.length === 0 || states.some((state) => state === 'running' || state === 'creating')) return;
  throw new ClusterError(
    `cluster ${name} ${states.includes('paused') ? 'is suspended' : 'is stopped'}`,
    `Start it first: wheelhouse start ${name}.`,
  );
}

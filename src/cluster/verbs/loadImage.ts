import type { ActionContext } from '../actions/action.ts';

/** Brings an image (a tar in `docker save` format) to the machines of a cluster that run: of all nodes, or of some. */
export async function loadImage(
  { provider, profile, progress, signal }: ActionContext,
  tar: () => AsyncIterable<Uint8Array>,
  nodes?: readonly string[],
): Promise<void> {
  const machines = await provider.list(profile.name);
  await Promise.all(
    machines
      .filter(({ name, state }) => state === 'running' && nodes?.includes(name) !== false)
      .map(async (machine) => {
        await provider.loadImage(machine, tar(), signal);
        progress.report({ machine: machine.name, message: 'Image loaded' });
      }),
  );
}

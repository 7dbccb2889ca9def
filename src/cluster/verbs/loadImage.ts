import type { ActionContext } from '../actions/action.ts';

/** Brings an image (a tar in `docker save` format) to all machines of a cluster that run. */
export async function loadImage(
  { provider, profile, progress, signal }: ActionContext,
  tar: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const machines = await provider.list(profile.name);
  await Promise.all(
    machines
      .filter((machine) => machine.state === 'running')
      .map(async (machine) => {
        await provider.loadImage(machine, tar(), signal);
        progress.report({ machine: machine.name, message: 'Image loaded' });
      }),
  );
}

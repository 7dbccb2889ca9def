import type { Machine } from '../machines/contract.ts';
import { adminOf, type Action, type ActionContext } from './action.ts';

/**
 * Starts all machines of the cluster that are not running, at the same time. One that fails is noted in
 * `context.failed` and does not hold up the others.
 */
export const startMachines: Action = {
  title: 'Starting machines',
  run: (context) => startThose(context, () => true),
};

/** The same for the machine of one node. */
export const startMachineOf = (node: string): Action => ({
  title: `Starting ${node}`,
  run: (context) => startThose(context, ({ name }) => name === node),
});

async function startThose(context: ActionContext, chosen: (machine: Machine) => boolean): Promise<void> {
  const { provider, profile, progress, signal, failed } = context;
  const machines = (await provider.list(profile.name)).filter(
    (machine) => machine.state !== 'running' && chosen(machine),
  );
  if (machines.length === 0) return;
  const admin = await adminOf(context);
  // A paused machine goes on where it was; one that was down has an agent that starts again.
  const down = machines.filter((machine) => machine.state !== 'paused').map((machine) => machine.name);
  const paused = machines.filter((machine) => machine.state === 'paused').map((machine) => machine.name);
  context.earlierReports = {
    reports: await admin.lastReports(down),
    woken: new Set(paused),
  };
  await Promise.all(
    machines.map((machine) =>
      provider.start(machine, progress, signal).catch((error: unknown) => {
        const failure = error instanceof Error ? error : new Error(String(error));
        if (!signal.aborted) {
          progress.report({ machine: machine.name, message: `Failed: ${failure.message}` });
        }
        failed.set(machine.name, failure);
      }),
    ),
  );
  signal.throwIfAborted();
}

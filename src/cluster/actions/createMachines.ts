import type { BootstrapFile } from '../machines/bootstrapFiles.ts';
import { bootstrapFiles } from '../machines/bootstrapFiles.ts';
import type { MachineSpec } from '../machines/contract.ts';
import type { NodeProfile } from '../profile.ts';
import { adminOf, type Action, type ActionContext } from './action.ts';

/** Creates the machines of these nodes, all at the same time. */
export function createMachines(nodes: readonly NodeProfile[]): Action {
  return {
    title: nodes.length === 1 ? 'Creating a machine' : `Creating ${nodes.length} machines`,
    async run(context) {
      const stop = new AbortController();
      const signal = AbortSignal.any([context.signal, stop.signal]);
      const outcomes = await Promise.allSettled(
        nodes.map(async (node) => {
          try {
            await createMachine(context, node, signal);
          } catch (error) {
            stop.abort(error);
            throw error;
          }
        }),
      );
      stop.signal.throwIfAborted();
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    async undo({ provider, profile }) {
      const names = new Set(nodes.map((node) => node.name));
      const machines = (await provider.list(profile.name)).filter((machine) => names.has(machine.name));
      const never = new AbortController().signal;
      await Promise.all(machines.map((machine) => provider.delete(machine, never)));
    },
  };
}

async function createMachine(context: ActionContext, node: NodeProfile, signal: AbortSignal): Promise<void> {
  const { profile, provider, progress } = context;
  const admin = await adminOf(context);
  const files: readonly BootstrapFile[] = await bootstrapFiles(
    context,
    node,
    await admin.issueToken(node.name),
  );
  const spec: MachineSpec = {
    cluster: profile.name,
    name: node.name,
    files,
    ...(node.cpus === undefined ? {} : { cpus: node.cpus }),
    ...(node.memoryBytes === undefined ? {} : { memoryBytes: node.memoryBytes }),
    ...(node.diskBytes === undefined ? {} : { diskBytes: node.diskBytes }),
    ...(node.address === undefined ? {} : { address: node.address }),
  };
  await provider.create(spec, progress, signal);
}

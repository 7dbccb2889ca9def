import type { Machine, MachineCapabilities, MachineProvider } from '../../cluster/machines/contract.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import { isMachineNode } from '../tree/nodes/machines.ts';
import { pickNode } from './pickNode.ts';

export interface PickedMachine {
  readonly provider: MachineProvider;
  readonly machine: Machine;
}

/** The machine of a node, or of a row that is not a node yet, whose kind is able to do what is wanted. */
export async function pickMachine(
  model: ClusterModel,
  args: readonly unknown[],
  wanted: { readonly title: string; readonly can: keyof MachineCapabilities },
): Promise<PickedMachine | undefined> {
  const [row] = args;
  const picked = isMachineNode(row)
    ? { cluster: row.cluster, node: row.machine }
    : await pickNode(model, args, wanted);
  if (picked === undefined) return undefined;
  const { cluster, node } = picked;
  const provider = await model.clusters.provider(cluster);
  if (!provider.capabilities[wanted.can]) {
    throw new Error(`${wanted.title}: nodes of the kind "${provider.name}" cannot do this.`);
  }
  const machine = (await provider.list(cluster)).find(({ name }) => name === node);
  if (machine === undefined) throw new Error(`Node ${node} has no machine here.`);
  return { provider, machine };
}

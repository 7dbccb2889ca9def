import path from 'node:path';
import { listNames, readText } from '../../../host/files.ts';
import { processExists } from '../../../host/processes.ts';
import type { Machine } from '../contract.ts';
import { findDeclared, findReadable, type DeclaredFolder, type VagrantContext } from './context.ts';
import { fullName, namesOf, type NodeFolder } from './folder.ts';
import type { VirtualMachine } from './hypervisors/contract.ts';

/**
 * All machines of a cluster, or of all clusters: what the hypervisor has, with what the cluster's folder knows of it.
 * Never asks Vagrant (but for hypervisors that have no other door).
 */
export async function listMachines(context: VagrantContext, cluster?: string): Promise<readonly Machine[]> {
  const names = cluster === undefined ? await context.clusters() : [cluster];
  const declared = new Map<string, DeclaredFolder>();
  for (const name of names) {
    const found = await (cluster === undefined ? findReadable : findDeclared)(context, name);
    if (found !== undefined) declared.set(name, found);
  }
  // A cluster that is not known here may still have machines (another home's, or left behind) in any of them.
  const asked =
    cluster === undefined || declared.has(cluster)
      ? new Set([...declared.values()].map(({ hypervisor }) => hypervisor))
      : new Set(context.hypervisors);
  const found = (await Promise.all([...asked].map((hypervisor) => hypervisor.list()))).flat();
  const machines = await Promise.all(
    found.map(async (virtual) => {
      const names = namesOf(virtual.name);
      if (names === undefined || (cluster !== undefined && names.cluster !== cluster)) return undefined;
      return machineOf(names, virtual, declared.get(names.cluster));
    }),
  );
  return machines
    .filter((machine) => machine !== undefined)
    .sort((a, b) => (fullName(a.cluster, a.name) < fullName(b.cluster, b.name) ? -1 : 1));
}

/** One machine as the hypervisor has it now; undefined where it has none. */
export async function findMachine(
  context: VagrantContext,
  { cluster, name }: Pick<Machine, 'cluster' | 'name'>,
): Promise<Machine | undefined> {
  return (await listMachines(context, cluster)).find((machine) => machine.name === name);
}

async function machineOf(
  { cluster, name }: { readonly cluster: string; readonly name: string },
  { id, state }: VirtualMachine,
  declared: DeclaredFolder | undefined,
): Promise<Machine> {
  const node = declared?.declared.nodes.find((entry) => entry.name === name);
  return {
    cluster,
    name,
    state: declared === undefined ? state : ((await unfinished(declared.folder.node(name))) ?? state),
    id,
    ...(node?.address === undefined ? {} : { address: node.address }),
  };
}

/** Whether a machine is still being made, or was given up half made (a crash); undefined where it is whole. */
async function unfinished(node: NodeFolder): Promise<'creating' | 'failed' | undefined> {
  if ((await readText(node.whole)) !== undefined) return undefined;
  const creator = await readText(node.creator);
  // Somebody made it with plain Vagrant.
  if (creator === undefined) return undefined;
  return processExists(Number(creator)) ? 'creating' : 'failed';
}

/** The cluster folder's machines that Vagrant knows, whatever the hypervisor says. */
export async function knownToVagrant(node: NodeFolder): Promise<boolean> {
  for (const provider of await listNames(node.vagrantState)) {
    const files = await listNames(path.join(node.vagrantState, provider));
    if (files.includes('id') || files.includes('index_uuid')) return true;
  }
  return false;
}

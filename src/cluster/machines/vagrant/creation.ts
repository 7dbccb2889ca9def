import { createHash } from 'node:crypto';
import { MachineError, type Machine, type MachineSpec, type Progress } from '../contract.ts';
import { withDeadline } from '../../../base/abort.ts';
import { fileExists, readText, removeAll, writeWhole } from '../../../host/files.ts';
import { edit, requireDeclared, type DeclaredFolder, type VagrantContext } from './context.ts';
import { fullName, nameProblem, networkName } from './folder.ts';
import { findMachine, knownToVagrant } from './machineList.ts';
import { DEFAULT_MEMORY_BYTES } from './preflight.ts';
import { contains } from '../../../api/ip/range.ts';
import { addressFor, parseSubnet } from './subnets.ts';

/** How long taking back what was half made may take, each time that Vagrant is asked. */
const DESTROY_MS = 120_000;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Makes a machine from nothing; where that fails or is aborted, nothing of it stays. */
export async function createMachine(
  context: VagrantContext,
  spec: MachineSpec,
  progress: Progress,
  signal: AbortSignal,
): Promise<Machine> {
  const refused = nameProblem(spec.name);
  if (refused !== undefined) throw new MachineError(refused.what, refused.remedy);
  const { folder } = await requireDeclared(context, spec.cluster);
  // Of an earlier attempt whose process died.
  await takeAway(context, spec);
  signal.throwIfAborted();
  const node = folder.node(spec.name);
  try {
    await declare(context, spec);
    const files = spec.files.map(({ path, content, mode }) => ({
      path,
      mode: mode.toString(8).padStart(4, '0'),
      content,
    }));
    await writeWhole(node.files, JSON.stringify(files), 0o600);
    return await bringUp(context, spec, progress, signal);
  } catch (error) {
    await takeAway(context, spec);
    throw error;
  }
}

/** Makes the machine that the folder declares (its hypervisor does not have it). */
export async function bringUp(
  context: VagrantContext,
  { cluster, name }: Pick<MachineSpec, 'cluster' | 'name'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Machine> {
  const { folder, declared, hypervisor } = await requireDeclared(context, cluster);
  const node = folder.node(name);
  await writeWhole(node.creator, String(process.pid));
  // Made by us, so that it is readable: hypervisors append to what is there, some of them as root.
  if (!(await fileExists(node.console))) await writeWhole(node.console, '', 0o600);
  // Before Vagrant reads the same: what is changed meanwhile holds from the next start.
  const setUp = await setUpOf(context, { cluster, name });
  const say = (message: string): void => progress.report({ machine: name, message });
  const wanted = declared.nodes.find((entry) => entry.name === name)?.memory;
  const memoryBytes = wanted === undefined ? DEFAULT_MEMORY_BYTES : wanted * MIB;
  const leave: (() => void)[] = [];
  try {
    const ready = (): Promise<boolean> => hypervisor.sharesReady(declared.box, declared.box_version);
    const shared = await context.firstGoesAlone.enter(
      `${hypervisor.provider} ${declared.box}`,
      ready,
      signal,
    );
    leave.push(shared);
    if (context.bootGate.full(memoryBytes)) say('Waits until the host has memory and processors for it');
    leave.push(await context.bootGate.enter(memoryBytes, signal));
    say('Creating the machine');
    await context.vagrant.run({
      args: ['up', name, '--provider', declared.provider],
      folder: folder.folder,
      signal,
      machine: name,
      progress,
      failure: `machine ${name} could not be created`,
      log: node.log,
      onLine: (line) => {
        if (hypervisor.sharesMade?.test(line) === true) shared();
      },
    });
  } finally {
    leave.forEach((release) => release());
  }
  const machine = await findMachine(context, { cluster, name });
  if (machine === undefined) {
    throw new MachineError(
      `machine ${name} could not be created: ${declared.provider} has no ${fullName(cluster, name)} although Vagrant has ended well`,
      `See ${node.log}.`,
    );
  }
  await writeWhole(node.whole, setUp);
  return { ...machine, state: 'running' };
}

/** Stands for all that a machine is set up from: as long as it is the same, a start needs no Vagrant. */
export async function setUpOf(
  context: VagrantContext,
  { cluster, name }: Pick<Machine, 'cluster' | 'name'>,
): Promise<string> {
  const { folder, declared } = await requireDeclared(context, cluster);
  const { nodes, ...shared } = declared;
  const parts = [
    JSON.stringify([shared, nodes.find((node) => node.name === name)]),
    (await readText(folder.vagrantfile)) ?? '',
    (await readText(folder.node(name).files)) ?? '',
    (await readText(folder.publicKey)) ?? '',
  ];
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/** Takes a machine away with all that it has, in whatever state: at Vagrant, at the hypervisor, in the folder. */
export async function takeAway(
  context: VagrantContext,
  { cluster, name }: Pick<Machine, 'cluster' | 'name'>,
  signal?: AbortSignal,
): Promise<void> {
  const { folder, declared, hypervisor } = await requireDeclared(context, cluster);
  const node = folder.node(name);
  const isDeclared = declared.nodes.some((entry) => entry.name === name);
  if (isDeclared && (await knownToVagrant(node)))
    await destroy(context, { cluster, name }, folder.folder, signal);
  // What Vagrant did not know, or could not do.
  await hypervisor.discard(fullName(cluster, name));
  signal?.throwIfAborted();
  // A machine that it could not take away stays in Vagrant's index, until it sees that the machine is gone.
  if (isDeclared && (await knownToVagrant(node)))
    await destroy(context, { cluster, name }, folder.folder, signal);
  await removeAll(node.vagrantState);
  await removeAll(node.folder);
  if (isDeclared) await edit(context, folder, (editor) => editor.deleteNode(name));
}

/** Takes the virtual machine away, and keeps what it was made from. */
export async function discardVirtualMachine(
  context: VagrantContext,
  machine: Machine,
  signal: AbortSignal,
): Promise<void> {
  const { folder, hypervisor } = await requireDeclared(context, machine.cluster);
  const node = folder.node(machine.name);
  if (await knownToVagrant(node)) await destroy(context, machine, folder.folder, signal);
  await hypervisor.discard(fullName(machine.cluster, machine.name));
  for (const file of [node.vagrantState, node.whole, node.knownHosts]) await removeAll(file);
}

/** Takes away what hypervisors have of a cluster that has no folder here. */
export async function discardLeftover(
  context: VagrantContext,
  { cluster, name }: Pick<Machine, 'cluster' | 'name'>,
): Promise<void> {
  const full = fullName(cluster, name);
  for (const hypervisor of context.hypervisors) {
    const found = await hypervisor.list();
    if (found.some((machine) => machine.name === full)) await hypervisor.discard(full);
  }
}

/** Vagrant's own way: it forgets the machine in its index, too. What it cannot do, the hypervisor is asked for after. */
async function destroy(
  context: VagrantContext,
  { name }: Pick<Machine, 'cluster' | 'name'>,
  folder: string,
  outer: AbortSignal = new AbortController().signal,
): Promise<void> {
  try {
    await withDeadline(outer, DESTROY_MS, ({ signal }) =>
      context.vagrant.run({
        args: ['destroy', '--force', name],
        folder,
        signal,
        machine: name,
        failure: `machine ${name} could not be deleted`,
      }),
    );
  } catch {
    outer.throwIfAborted();
  }
}

async function declare(context: VagrantContext, spec: MachineSpec): Promise<void> {
  const { folder }: DeclaredFolder = await requireDeclared(context, spec.cluster);
  await edit(context, folder, (editor, before) => {
    const subnet = parseSubnet(before?.network ?? '');
    if (subnet === undefined)
      throw new MachineError(`${folder.clusterFile}: network is no range`, 'Mend the file.');
    const taken = (before?.nodes ?? []).flatMap((node) =>
      node.address === undefined || node.name === spec.name ? [] : [node.address],
    );
    const wished = parseSubnet(spec.address ?? '');
    const free = wished !== undefined && contains(subnet, wished) && !taken.includes(spec.address ?? '');
    const address = free ? spec.address : addressFor(spec.name, subnet, taken);
    if (address === undefined) {
      throw new MachineError(
        `there is no free address for ${spec.name} in ${networkName(spec.cluster)} (${before?.network ?? ''})`,
        'Remove nodes, or create a cluster with a larger network.',
      );
    }
    editor.setNode({
      name: spec.name,
      role: 'worker',
      cpus: Math.max(1, Math.round(spec.cpus ?? 2)),
      memory: Math.round((spec.memoryBytes ?? DEFAULT_MEMORY_BYTES) / MIB),
      ...(spec.diskBytes === undefined ? {} : { disk: Math.ceil(spec.diskBytes / GIB) }),
      address,
    });
  });
}

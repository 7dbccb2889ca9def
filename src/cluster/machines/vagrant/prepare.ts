import { readText, removeAll, writeWhole } from '../../../host/files.ts';
import { MachineError, type MachineSettings, type Progress } from '../contract.ts';
import { edit, findDeclared, findReadable, hypervisorOf, type VagrantContext } from './context.ts';
import { networkName, vagrantFolder } from './folder.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import { formatRange, type IPRange } from '../../../api/ip/range.ts';
import { DEFAULT_RANGES, freeSubnet, parseSubnet } from './subnets.ts';
import { ensureSshKey } from './sshKey.ts';

/** Where machines may be put: the user's wish, else the first hypervisor that is there. */
export async function chosenProvider(
  context: VagrantContext,
  wished: string | undefined,
  signal: AbortSignal,
): Promise<Hypervisor> {
  const named = wished ?? context.preferredProvider;
  if (named !== undefined && named !== '') return hypervisorOf(context, named);
  for (const hypervisor of context.hypervisors) {
    if ((await hypervisor.version(signal)) !== undefined) return hypervisor;
  }
  // None is there: the first, whose absence the checks will tell.
  return context.hypervisors[0] ?? hypervisorOf(context, 'virtualbox');
}

/** Makes what a cluster's machines share: the folder, the box, the network with the host on it. */
export async function prepareCluster(
  context: VagrantContext,
  cluster: string,
  progress: Progress,
  signal: AbortSignal,
  settings: MachineSettings = {},
): Promise<void> {
  signal.throwIfAborted();
  const folder = vagrantFolder(context.folderOf(cluster));
  const before = (await findDeclared(context, cluster))?.declared;
  const hypervisor = await chosenProvider(context, before?.provider ?? settings.provider, signal);
  const box = await context.boxes.ensure(hypervisor.provider, before?.box ?? settings.box, progress, signal);
  // One after the other: two clusters must not choose the same range.
  await context.turns.take('network', async () => {
    signal.throwIfAborted();
    const network = before?.network ?? (await chosenNetwork(context, hypervisor, cluster, settings.network));
    const subnet = parseSubnet(network);
    if (subnet === undefined)
      throw new MachineError(`"${network}" is no range for a network`, 'Use one like 192.168.56.0/24.');
    await edit(context, folder, (editor) =>
      editor.set({
        cluster,
        provider: hypervisor.provider,
        box: box.name,
        box_version: box.version,
        network,
      }),
    );
    const made = await hypervisor.ensureNetwork(
      { name: networkName(cluster), subnet, folder: folder.folder },
      signal,
    );
    if (made !== undefined) await writeWhole(folder.network, made);
  });
  await ensureSshKey(folder, cluster);
  await refresh(folder.vagrantfile, await context.vagrantfile());
}

/** Takes back what `prepareCluster` made for this cluster alone. */
export async function cleanUpCluster(context: VagrantContext, cluster: string): Promise<void> {
  const folder = vagrantFolder(context.folderOf(cluster));
  const found = await findDeclared(context, cluster);
  if (found === undefined) return;
  await found.hypervisor.removeNetwork(networkName(cluster), await readText(folder.network));
  await removeAll(folder.folder);
}

async function chosenNetwork(
  context: VagrantContext,
  hypervisor: Hypervisor,
  cluster: string,
  wished: string | undefined,
): Promise<string> {
  if (wished !== undefined && wished !== '') return wished;
  const preferred = parseSubnet(DEFAULT_RANGES);
  const allowed = (await hypervisor.allowedSubnets?.()) ?? [];
  const taken: IPRange[] = [
    ...context.facts.interfaces().map((card) => card.subnet),
    ...(await hypervisor.takenSubnets(networkName(cluster))),
    ...(await declaredNetworks(context, cluster)),
  ];
  const free = freeSubnet(allowed.length > 0 || preferred === undefined ? allowed : [preferred], taken);
  if (free !== undefined) return formatRange(free);
  throw new MachineError(
    `there is no free network for the machines of cluster ${cluster}`,
    'Delete clusters that are not used any more, or choose a range (setting network) that no other network of this computer has.',
  );
}

/** Of the other clusters, also of those that do not run. */
async function declaredNetworks(context: VagrantContext, cluster: string): Promise<readonly IPRange[]> {
  const names = (await context.clusters()).filter((name) => name !== cluster);
  const found = await Promise.all(
    names.map(async (name) => parseSubnet((await findReadable(context, name))?.declared.network ?? '')),
  );
  return found.filter((subnet) => subnet !== undefined);
}

async function refresh(file: string, text: string): Promise<void> {
  if ((await readText(file)) !== text) await writeWhole(file, text);
}

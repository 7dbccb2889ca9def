import type { Clock } from '../../../base/clock.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import type { TerminalRunner } from '../../../host/terminalProcess.ts';
import { MachineError } from '../contract.ts';
import type { Boxes } from './boxes.ts';
import type { BootGate } from './bootGate.ts';
import { editCluster, readCluster, type ClusterEditor, type DeclaredCluster } from './clusterFile.ts';
import type { FirstGoesAlone } from './firstGoesAlone.ts';
import { vagrantFolder, type VagrantFolder } from './folder.ts';
import type { HostFacts } from './hostFacts.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import type { Turns } from './turns.ts';
import type { VagrantCommand } from './vagrantCommand.ts';

/** What the verbs of Vagrant's machines work with. */
export interface VagrantContext {
  /** A cluster's Vagrant folder. */
  readonly folderOf: (cluster: string) => string;
  /** The clusters that may have machines. */
  readonly clusters: () => Promise<readonly string[]>;
  /** The hypervisors that can be asked, in the order in which one is chosen where nothing else says. */
  readonly hypervisors: readonly Hypervisor[];
  readonly vagrant: VagrantCommand;
  readonly boxes: Boxes;
  readonly terminals: TerminalRunner;
  readonly processes: ProcessRunner;
  readonly facts: HostFacts;
  readonly clock: Clock;
  /** Text of our Vagrantfile. */
  readonly vagrantfile: () => Promise<string>;
  /** VAGRANT_DEFAULT_PROVIDER of the user. */
  readonly preferredProvider?: string;
  /** Where Vagrant keeps its boxes and its index. */
  readonly vagrantHome: string;
  readonly bootGate: BootGate;
  readonly firstGoesAlone: FirstGoesAlone;
  /** Changes of one cluster.yaml, and the choice of networks, one after the other. */
  readonly turns: Turns;
}

export interface DeclaredFolder {
  readonly folder: VagrantFolder;
  readonly declared: DeclaredCluster;
  readonly hypervisor: Hypervisor;
}

/** The cluster's folder with what it declares; undefined where the cluster has none here. */
export async function findDeclared(
  context: VagrantContext,
  cluster: string,
): Promise<DeclaredFolder | undefined> {
  const folder = vagrantFolder(context.folderOf(cluster));
  const declared = await readCluster(folder.clusterFile);
  if (declared === undefined) return undefined;
  return { folder, declared, hypervisor: hypervisorOf(context, declared.provider) };
}

/** The same of clusters that are only looked at beside: one whose file is broken must not stand in the way of others. */
export async function findReadable(
  context: VagrantContext,
  cluster: string,
): Promise<DeclaredFolder | undefined> {
  try {
    return await findDeclared(context, cluster);
  } catch (error) {
    if (error instanceof MachineError) return undefined;
    throw error;
  }
}

export async function requireDeclared(context: VagrantContext, cluster: string): Promise<DeclaredFolder> {
  const found = await findDeclared(context, cluster);
  if (found !== undefined) return found;
  throw new MachineError(
    `the machines of cluster ${cluster} are not prepared: there is no ${vagrantFolder(context.folderOf(cluster)).clusterFile}`,
    'Start the cluster.',
  );
}

export function hypervisorOf(context: VagrantContext, provider: string): Hypervisor {
  const found = context.hypervisors.find((hypervisor) => hypervisor.provider === provider);
  if (found !== undefined) return found;
  throw new MachineError(
    `"${provider}" is not a provider of machines that is known here`,
    `Use one of: ${context.hypervisors.map((hypervisor) => hypervisor.provider).join(', ')}.`,
  );
}

export function edit(
  context: VagrantContext,
  folder: VagrantFolder,
  change: (editor: ClusterEditor, declared: DeclaredCluster | undefined) => void,
): Promise<DeclaredCluster> {
  return context.turns.take(folder.clusterFile, async () => {
    const before = await readCluster(folder.clusterFile);
    return editCluster(folder.clusterFile, (editor) => change(editor, before));
  });
}

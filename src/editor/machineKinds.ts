import type { MachinesKind } from '../cluster/profile.ts';
import type { ClusterModel } from './model/clusterModel.ts';

/** A kind of machines as a user knows it. */
export interface MachineKind {
  readonly kind: MachinesKind;
  readonly label: string;
  readonly description: string;
  /** The maker of the machines, as questions and messages name it. */
  readonly tool: string;
  readonly icon: string;
}

/** In the order in which they are offered. */
export const MACHINE_KINDS: readonly MachineKind[] = [
  {
    kind: 'vagrant',
    label: 'Virtual Machines',
    description: 'Vagrant: each node is a machine with a size of its own',
    tool: 'Vagrant',
    icon: 'vm',
  },
  {
    kind: 'docker',
    label: 'Containers',
    description: 'Docker Engine: nodes start within seconds',
    tool: 'Docker',
    icon: 'package',
  },
  {
    kind: 'simulated',
    label: 'Simulated',
    description: 'no machines: nodes and pods that only pretend',
    tool: 'Wheelhouse',
    icon: 'beaker',
  },
];

export function toolOfKind(kind: MachinesKind | undefined): string {
  return MACHINE_KINDS.find((known) => known.kind === kind)?.tool ?? 'Wheelhouse';
}

/** The maker of a cluster's machines. */
export function toolOf(model: ClusterModel, cluster: string): string {
  return toolOfKind(model.entry(cluster)?.traits?.profile.machines);
}

/** What Vagrant may make virtual machines with, by Vagrant's own names; the first is the default. */
export const VAGRANT_PROVIDERS: readonly { readonly id: string; readonly label: string }[] = [
  { id: 'virtualbox', label: 'VirtualBox' },
  { id: 'libvirt', label: 'libvirt (QEMU/KVM)' },
  { id: 'vmware_desktop', label: 'VMware Workstation or Fusion' },
  { id: 'parallels', label: 'Parallels Desktop' },
  { id: 'hyperv', label: 'Hyper-V' },
];

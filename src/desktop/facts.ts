import { systemFacts } from '../cluster/machines/vagrant/hostFacts.ts';
import { createLibvirt } from '../cluster/machines/vagrant/hypervisors/libvirt.ts';
import { createVirtualBox } from '../cluster/machines/vagrant/hypervisors/virtualbox.ts';
import { systemProcesses } from '../host/processes.ts';

/** This desktop as questions about a new cluster need it. */
export interface HostFacts {
  /** In bytes. */
  memory(): { readonly free: number; readonly total: number };
  /** The installed programs with which Vagrant can make machines, by Vagrant's names. */
  vagrantProviders(signal: AbortSignal): Promise<readonly string[]>;
}

export function hostFacts(): HostFacts {
  const processes = systemProcesses;
  const facts = systemFacts(processes);
  // The others cannot be asked for their version: who has one of them says so in the settings.
  const hypervisors = [
    createVirtualBox({ processes, platform: process.platform, env: process.env }),
    createLibvirt(processes),
  ];
  return {
    memory: () => ({ free: facts.availableBytes(), total: facts.totalBytes }),
    async vagrantProviders(signal) {
      const versions = await Promise.all(
        hypervisors.map(async (hypervisor) => ({ hypervisor, version: await hypervisor.version(signal) })),
      );
      return versions.flatMap(({ hypervisor, version }) =>
        version === undefined ? [] : [hypervisor.provider],
      );
    },
  };
}

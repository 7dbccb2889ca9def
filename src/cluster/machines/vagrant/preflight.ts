import { ownProperty } from '../../../base/ownProperty.ts';
import type { MachinePlan, PreflightProblem } from '../contract.ts';
import { nameProblem } from './folder.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { HostFacts } from './hostFacts.ts';
import { contains, formatRange, type IPRange, overlap } from '../../../api/ip/range.ts';
import { hostAddressOf, parseSubnet } from './subnets.ts';
import { compareVersions, MIN_VAGRANT, MIN_VIRTUALBOX, MIN_VIRTUALBOX_ARM, vagrantFor } from './versions.ts';

export const DEFAULT_MEMORY_BYTES = 2 * 2 ** 30;
/** What a machine's disk takes at first (disks are thin), with some images. */
const DISK_BYTES = 2 * 2 ** 30;
/** Memory that other programs give back when it is asked for, as a part of all. */
const RECLAIMABLE = 0.1;

/** All that the checks look at, gathered before. */
export interface PreflightFacts {
  readonly host: Pick<HostFacts, 'platform' | 'architecture' | 'totalBytes'>;
  readonly availableBytes: number;
  readonly interfaces: ReturnType<HostFacts['interfaces']>;
  /** Where this runs, when that is not the desktop itself. */
  readonly elsewhere: Elsewhere | undefined;
  readonly virtualization: boolean | undefined;
  /** What the hypervisor itself says that is in its way. */
  readonly hypervisorProblems: readonly PreflightProblem[];
  /** Versions; undefined where it is not installed. */
  readonly vagrant: string | undefined;
  readonly provider: string;
  readonly hypervisor: string | undefined;
  /** Names of Vagrant's plugins. */
  readonly plugins: readonly string[];
  /** Ranges that the hypervisor allows; undefined for any. */
  readonly allowed: readonly IPRange[] | undefined;
  /** The range that the cluster has already, or is to have; undefined where one will be chosen. */
  readonly network: string | undefined;
  /** Whether the cluster's network is there. */
  readonly networkMade: boolean;
  /** Bytes that are free where disks are kept. */
  readonly freeDisk: number | undefined;
  /** The architecture of the box, where it is known. */
  readonly boxArchitecture: string | undefined;
  /** Of the plan: those that do not run yet. */
  readonly machines: MachinePlan['machines'];
  /** Those that do not exist yet. */
  readonly newMachines: number;
}

type Check = (facts: PreflightFacts) => readonly PreflightProblem[];

const CONTAINERS = 'or use container nodes';

export function problemsOf(facts: PreflightFacts): readonly PreflightProblem[] {
  return [
    vagrant,
    provider,
    versions,
    own,
    virtualization,
    names,
    memory,
    arm,
    disk,
    network,
    architecture,
  ].flatMap((check: Check) => check(facts));
}

const vagrant: Check = ({ vagrant: version }) => {
  if (version === undefined) {
    return [
      {
        what: 'Vagrant is not installed',
        remedy: `Install it (https://developer.hashicorp.com/vagrant/install), ${CONTAINERS}.`,
      },
    ];
  }
  if (compareVersions(version, MIN_VAGRANT) >= 0) return [];
  return [{ what: `Vagrant ${version} is too old`, remedy: `Install ${MIN_VAGRANT} or later.` }];
};

const PROVIDERS: Readonly<
  Record<string, { readonly name: string; readonly plugin?: string; readonly install: string }>
> = {
  virtualbox: { name: 'VirtualBox', install: 'Install it (https://www.virtualbox.org/wiki/Downloads)' },
  libvirt: {
    name: 'libvirt',
    plugin: 'vagrant-libvirt',
    install:
      'Install it and start it (Debian, Ubuntu: sudo apt-get install libvirt-daemon-system qemu-system), and add your user to the group libvirt',
  },
  vmware_desktop: {
    name: 'VMware',
    plugin: 'vagrant-vmware-desktop',
    install: 'Install VMware Fusion or Workstation',
  },
  parallels: {
    name: 'Parallels Desktop',
    plugin: 'vagrant-parallels',
    install: 'Install Parallels Desktop Pro',
  },
  hyperv: { name: 'Hyper-V', install: 'Turn on Hyper-V' },
};

/** Those whose version can be asked for. */
const ASKED = ['virtualbox', 'libvirt'];

const provider: Check = ({ provider: name, hypervisor, plugins, vagrant: version, elsewhere }) => {
  const known = ownProperty(PROVIDERS, name);
  if (known === undefined) {
    return [
      {
        what: `"${name}" is not a provider of machines that is known here`,
        remedy: `Use one of: ${Object.keys(PROVIDERS).join(', ')}.`,
      },
    ];
  }
  const problems: PreflightProblem[] = [];
  if (hypervisor === undefined && name === 'virtualbox' && elsewhere !== undefined) {
    problems.push({
      what: `VirtualBox is out of reach: this runs in ${elsewhere}, and its machines run on the desktop`,
      remedy: `Let the extension run on the desktop (in the editor’s settings "remote.extensionKind": { "wheelhouse.wheelhouse": ["ui"] }, then reload), ${CONTAINERS}.`,
    });
  } else if (hypervisor === undefined && ASKED.includes(name)) {
    problems.push({
      what: `${known.name} is not installed, or does not answer`,
      remedy: `${known.install}, choose another provider, ${CONTAINERS}.`,
    });
  }
  if (known.plugin !== undefined && version !== undefined && !plugins.includes(known.plugin)) {
    problems.push({
      what: `Vagrant’s plugin for ${known.name} is not installed`,
      remedy: `Install it: vagrant plugin install ${known.plugin}${name === 'libvirt' ? ' (Debian: sudo apt-get install vagrant-libvirt)' : ''}.`,
    });
  }
  return problems;
};

const versions: Check = ({ provider: name, hypervisor, vagrant: version, host }) => {
  if (name !== 'virtualbox' || hypervisor === undefined || version === undefined) return [];
  const least = host.architecture === 'arm64' ? MIN_VIRTUALBOX_ARM : MIN_VIRTUALBOX;
  if (compareVersions(hypervisor, least) < 0) {
    return [
      { what: `VirtualBox ${hypervisor} is too old for this computer`, remedy: `Install ${least} or later.` },
    ];
  }
  const needed = vagrantFor(hypervisor);
  if (needed === undefined || compareVersions(version, needed) >= 0) return [];
  return [
    {
      what: `Vagrant ${version} does not know VirtualBox ${hypervisor}`,
      remedy: `Install Vagrant ${needed} or later.`,
    },
  ];
};

const own: Check = ({ hypervisorProblems }) => hypervisorProblems;

const virtualization: Check = ({ provider: name, virtualization: on }) => {
  // libvirt's QEMU emulates a processor where it has to: slow, and it works.
  if (name === 'libvirt') return [];
  if (on !== false) return [];
  return [
    {
      what: 'this computer’s processors cannot run virtual machines',
      remedy: `Turn on virtualization (VT-x, AMD-V, SVM) in its firmware, ${CONTAINERS}.`,
    },
  ];
};

const names: Check = ({ machines }) =>
  machines.map(({ name }) => nameProblem(name)).filter((problem) => problem !== undefined);

const memory: Check = ({ machines, availableBytes, host }) => {
  const needed = machines.reduce((sum, machine) => sum + (machine.memoryBytes ?? DEFAULT_MEMORY_BYTES), 0);
  if (needed <= availableBytes + host.totalBytes * RECLAIMABLE) return [];
  return [
    {
      what: `the machines need ${gibibytes(needed)} of memory, and ${gibibytes(availableBytes)} are free`,
      remedy: `Choose fewer or smaller nodes, close other programs, ${CONTAINERS}.`,
    },
  ];
};

/** VirtualBox on ARM processors. */
const arm: Check = ({ provider: name, host, machines }) => {
  if (name !== 'virtualbox' || host.architecture !== 'arm64') return [];
  const small = machines.filter(({ memoryBytes = DEFAULT_MEMORY_BYTES }) => memoryBytes < 2 ** 30);
  const sized = machines.filter(({ diskBytes }) => diskBytes !== undefined);
  const listed = (some: typeof machines): string => some.map((machine) => machine.name).join(', ');
  return [
    ...(small.length === 0
      ? []
      : [
          {
            what: `${listed(small)} cannot start with less than 1 GiB of memory on this processor`,
            remedy: 'Choose 1 GiB or more.',
          },
        ]),
    ...(sized.length === 0
      ? []
      : [
          {
            what: `Vagrant cannot change the size of VirtualBox’s disks on this processor (${listed(sized)})`,
            remedy: 'Leave the size out: disks grow up to 40 GiB.',
          },
        ]),
  ];
};

const disk: Check = ({ newMachines, freeDisk }) => {
  const needed = newMachines * DISK_BYTES;
  if (freeDisk === undefined || needed <= freeDisk) return [];
  return [
    {
      what: `the machines need ${gibibytes(needed)} of disk, and ${gibibytes(freeDisk)} are free`,
      remedy: 'Free some disk space, or choose fewer nodes.',
    },
  ];
};

const network: Check = ({ network: range, allowed, interfaces, networkMade }) => {
  if (range === undefined) return [];
  const subnet = parseSubnet(range);
  if (subnet === undefined || !range.includes('/') || subnet.prefix < 16 || subnet.prefix > 28) {
    return [
      { what: `"${range}" is no range for the machines’ network`, remedy: 'Use one like 192.168.56.0/24.' },
    ];
  }
  if (allowed !== undefined && !allowed.some((outer) => contains(outer, subnet))) {
    return [
      {
        what: `VirtualBox does not allow the network ${range}`,
        remedy: `Choose one within ${allowed.map(formatRange).join(', ')}, or add a line “* ${range}” to /etc/vbox/networks.conf.`,
      },
    ];
  }
  const clash = networkMade
    ? undefined
    : interfaces.find((card) => overlap(card.subnet, subnet) && card.address !== hostAddressOf(subnet));
  if (clash === undefined) return [];
  return [
    {
      what: `the network ${range} clashes with ${clash.name} of this computer (${formatRange(clash.subnet)})`,
      remedy: 'Choose another range for the machines’ network.',
    },
  ];
};

const architecture: Check = ({ boxArchitecture, host }) => {
  if (boxArchitecture === undefined || host.architecture === 'other' || boxArchitecture === host.architecture)
    return [];
  return [
    {
      what: `the box is for ${boxArchitecture}, and this computer is ${host.architecture}`,
      remedy: `Choose a box for ${host.architecture}, or build one with “wheelhouse box build”.`,
    },
  ];
};

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

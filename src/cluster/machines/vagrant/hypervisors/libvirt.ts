import path from 'node:path';
import { writeWhole } from '../../../../host/files.ts';
import { ProcessError, type ProcessRunner } from '../../../../host/processes.ts';
import { namesOf } from '../folder.ts';
import { libvirtBox } from '../../../box/formats/libvirt.ts';
import { type IPRange, netmaskOf, prefixOfNetmask } from '../../../../api/ip/range.ts';
import { hostAddressOf, parseSubnet } from '../subnets.ts';
import type { Hypervisor, MachineNetwork, VirtualMachine } from './contract.ts';

/** What vagrant-libvirt connects every machine to, for itself. */
const MANAGEMENT_NETWORK = 'vagrant-libvirt';

/** libvirt's system daemon, asked with virsh. */
export function createLibvirt(processes: ProcessRunner): Hypervisor {
  const virsh = async (args: readonly string[], options: { signal?: AbortSignal } = {}): Promise<string> => {
    const { stdout } = await processes.run('virsh', ['-q', '-c', 'qemu:///system', ...args], {
      // Its words are parsed.
      env: { LC_ALL: 'C' },
      ...options,
    });
    return stdout;
  };
  const lines = async (args: readonly string[]): Promise<readonly string[]> =>
    (await virsh(args))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');

  const networkXml = async (name: string): Promise<string | undefined> =>
    virsh(['net-dumpxml', name]).catch(unlessSaid(/Network not found|no network with matching name/));

  return {
    provider: 'libvirt',
    sharesMade: /: (Starting domain|Waiting for domain to get an IP)/,

    version: async (signal) => {
      const said = await virsh(['version', '--daemon'], { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        if (error instanceof ProcessError) return '';
        throw error;
      });
      return /Running against daemon: (\S+)/.exec(said)?.[1];
    },

    async list(): Promise<readonly VirtualMachine[]> {
      const [ids, states] = await Promise.all([
        lines(['list', '--all', '--uuid', '--name']),
        lines(['list', '--all', '--managed-save']),
      ]).catch(notInstalled);
      const byName = new Map(ids.map((line) => [line.slice(37).trim(), line.slice(0, 36)]));
      return states.flatMap((line) => {
        const [, name = '', state = ''] = /^(?:-|\d+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
        const id = byName.get(name);
        if (id === undefined || namesOf(name) === undefined) return [];
        return [{ name, id, state: stateOf(state) }];
      });
    },

    async ensureNetwork({ name, subnet, folder }: MachineNetwork, signal): Promise<string | undefined> {
      const there = await networkXml(name);
      if (there === undefined) {
        const file = path.join(folder, 'network.xml');
        await writeWhole(file, xmlOf(name, subnet));
        await virsh(['net-define', file], { signal });
      }
      // Gone after a reboot of the host; 'already active' where somebody was faster.
      const active = await lines(['net-list', '--name']);
      if (!active.includes(name))
        await virsh(['net-start', name], { signal }).catch(unlessSaid(/already active/));
      return there === undefined ? name : undefined;
    },

    async removeNetwork(name): Promise<void> {
      await virsh(['net-destroy', name]).catch(unlessSaid(/not found|no network|not active/));
      await virsh(['net-undefine', name]).catch(unlessSaid(/not found|no network/));
    },

    async takenSubnets(except): Promise<readonly IPRange[]> {
      const names = await lines(['net-list', '--all', '--name']).catch(notInstalled);
      const found = await Promise.all(
        names
          .flat()
          .filter((name) => name !== except)
          .map(async (name) => subnetOf((await networkXml(name)) ?? '')),
      );
      return found.filter((subnet) => subnet !== undefined);
    },

    async sharesReady(box, version): Promise<boolean> {
      const networks = await lines(['net-list', '--name']);
      if (!networks.includes(MANAGEMENT_NETWORK)) return false;
      const image = imageOf(box, version);
      for (const pool of await lines(['pool-list', '--name'])) {
        const volumes = await lines(['vol-list', pool]);
        if (volumes.some((line) => line.startsWith(image))) return true;
      }
      return false;
    },

    async removeShared({ name, version }): Promise<void> {
      const image = imageOf(name, version);
      for (const pool of await lines(['pool-list', '--name'])) {
        const volumes = (await lines(['vol-list', pool])).map((line) => line.split(/\s+/)[0] ?? '');
        for (const volume of volumes.filter((each) => each.startsWith(image))) {
          const file = (await virsh(['vol-path', volume, '--pool', pool])).trim();
          for (const other of volumes) {
            const xml = await virsh(['vol-dumpxml', other, '--pool', pool]);
            if (backingOf(xml) === file) throw new Error(`the disk ${other} is made of ${volume}`);
          }
          await virsh(['vol-delete', volume, '--pool', pool]);
        }
      }
    },

    async discard(name): Promise<void> {
      await virsh(['destroy', name]).catch(unlessSaid(GONE));
      await virsh(['undefine', name, '--managed-save', '--snapshots-metadata', '--nvram']).catch(
        unlessSaid(GONE),
      );
      for (const pool of await lines(['pool-list', '--name'])) {
        for (const line of await lines(['vol-list', pool])) {
          const volume = line.split(/\s+/)[0] ?? '';
          if (volume === `${name}.img` || volume.startsWith(`${name}_`)) {
            await virsh(['vol-delete', volume, '--pool', pool]).catch(
              unlessSaid(/not found|no storage vol/i),
            );
          }
        }
      }
    },

    async start(name, signal): Promise<void> {
      const state = (await virsh(['domstate', name], { signal })).trim();
      if (state === 'running') return;
      await virsh([state === 'paused' ? 'resume' : 'start', name], { signal });
    },

    async suspend(name, signal): Promise<void> {
      await virsh(['managedsave', name], { signal });
    },

    /** Vagrant's own way wants virt-sysprep, and reads files that are the daemon's. */
    async pack(id, { folder, target }, signal): Promise<void> {
      const [disk = ''] = await lines(['domblklist', id]);
      const source = disk.replace(/^\S+\s+/, '');
      const [pool = '', volume = ''] = [
        await virsh(['vol-pool', source]),
        await virsh(['vol-name', source]),
      ].map((text) => text.trim());
      // A copy has all that the disk shares with the box that it was made of.
      const copy = `${volume}.${process.pid}.whole`;
      const image = path.join(folder, 'box.img');
      try {
        await virsh(['vol-clone', volume, copy, '--pool', pool], { signal });
        await virsh(['vol-download', copy, image, '--pool', pool, '--sparse'], { signal });
      } finally {
        await virsh(['vol-delete', copy, '--pool', pool]).catch(unlessSaid(/not found|no storage vol/i));
      }
      const capacity = /<capacity[^>]*>(\d+)</.exec(
        await virsh(['vol-dumpxml', volume, '--pool', pool]),
      )?.[1];
      const files = libvirtBox(Number(capacity));
      for (const [name, text] of Object.entries(files)) await writeWhole(path.join(folder, name), text);
      await processes.run('tar', ['-cf', target, '-C', folder, ...Object.keys(files), 'box.img'], { signal });
    },

    snapshots: (name) =>
      lines(['snapshot-list', name, '--name'])
        .catch(unlessSaid(GONE))
        .then((names) => names ?? []),
  };
}

/** How vagrant-libvirt calls the volume of a box, up to the number of its disk. */
function imageOf(box: string, version: string | undefined): string {
  const of = version === undefined ? '' : `${version}_`;
  return `${box.replaceAll('/', '-VAGRANTSLASH-')}_vagrant_box_image_${of}`;
}

/** The file that a volume's own is only the changes of. */
function backingOf(xml: string): string | undefined {
  return /<backingStore>\s*<path>(.*?)<\/path>/.exec(xml)?.[1];
}

const GONE = /failed to get domain|Domain not found|domain is not running/;

function stateOf(state: string): VirtualMachine['state'] {
  switch (state.trim()) {
    case 'running':
    case 'idle':
    case 'in shutdown':
    case 'no state':
      return 'running';
    case 'paused':
    case 'pmsuspended':
    case 'saved':
      return 'paused';
    case 'shut off':
      return 'stopped';
    default:
      return 'failed';
  }
}

/** Cut off from everything but its machines and the host: no forwarding, no DHCP, no DNS. */
function xmlOf(name: string, subnet: IPRange): string {
  return [
    `<network><name>${name}</name>`,
    '<bridge stp="off" delay="0"/><dns enable="no"/>',
    `<ip address="${hostAddressOf(subnet)}" netmask="${netmaskOf(subnet)}"/></network>`,
  ].join('');
}

function subnetOf(xml: string): IPRange | undefined {
  const ip = /<ip\s[^>]*address=['"](\d[\d.]+)['"][^>]*>/.exec(xml);
  if (ip === null) return undefined;
  const prefix = /prefix=['"](\d+)['"]/.exec(ip[0])?.[1];
  const mask = /netmask=['"]([\d.]+)['"]/.exec(ip[0])?.[1];
  return parseSubnet(`${ip[1] ?? ''}/${prefix ?? prefixOfNetmask(mask ?? '255.255.255.0') ?? ''}`);
}

/** For `catch`: passes over a failure that says the wish is fulfilled already. */
function unlessSaid(words: RegExp): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof ProcessError && words.test(error.stderr)) return undefined;
    throw error;
  };
}

/** Where there is no libvirt, there is nothing of ours in it. */
function notInstalled(error: unknown): [string[], string[]] {
  if (error instanceof ProcessError && (error.code === undefined || /Failed to connect/i.test(error.stderr)))
    return [[], []];
  throw error;
}

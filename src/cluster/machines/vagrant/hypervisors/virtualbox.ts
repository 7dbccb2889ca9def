import path from 'node:path';
import { readText } from '../../../../host/files.ts';
import { ProcessError, type ProcessRunner } from '../../../../host/processes.ts';
import { namesOf } from '../folder.ts';
import { addressAt, type IPRange, netmaskOf, prefixOfNetmask, sizeOf } from '../../../../api/ip/range.ts';
import type { PreflightProblem } from '../../contract.ts';
import { DEFAULT_RANGES, hostAddressOf, parseSubnet } from '../subnets.ts';
import { kvmProblem, readKvm, type KvmFacts } from './kvm.ts';
import type { Hypervisor, MachineNetwork, VirtualMachine } from './contract.ts';

/** Of the first card, unless somebody gives its NAT another range; the Vagrantfile opens it to loopback. */
const NAT_GATEWAY = '10.0.2.2';

/** English, and with all letters: folders of users have any. Windows has no such thing. */
const LOCALES: Partial<Record<NodeJS.Platform, string>> = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' };

const NETWORKS_CONF = '/etc/vbox/networks.conf';

export interface VirtualBoxOptions {
  readonly processes: ProcessRunner;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As Node names processors; this computer's where it is missing. */
  readonly architecture?: string;
  readonly networksConf?: string;
  readonly kvm?: () => Promise<KvmFacts>;
}

/** Runs VBoxManage; resolves with what it says. */
export function vboxRunner({
  processes,
  platform,
  env,
}: Pick<VirtualBoxOptions, 'processes' | 'platform' | 'env'>): (
  args: readonly string[],
  signal?: AbortSignal,
) => Promise<string> {
  const command = vboxManage(platform, env);
  const locale = LOCALES[platform];
  return async (args, signal) => {
    const how = {
      env: locale === undefined ? {} : { LC_ALL: locale },
      ...(signal === undefined ? {} : { signal }),
    };
    return (await processes.run(command, args, how)).stdout.replaceAll('\r\n', '\n');
  };
}

/** VirtualBox, asked with VBoxManage (6.1 and later). */
export function createVirtualBox(options: VirtualBoxOptions): Hypervisor {
  const { platform, architecture = process.arch } = options;
  const command = vboxManage(platform, options.env);
  const vbox = vboxRunner(options);

  const told = (signal: AbortSignal): Promise<string> =>
    vbox(['--version'], signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return notInstalled(error);
    });
  // Warnings about kernel modules come before it.
  const version = async (signal: AbortSignal): Promise<string | undefined> =>
    /^(\d+\.\d+\.\d+)/m.exec(await told(signal))?.[1];
  /** From 7 on macOS has networks of Apple's vmnet in the place of host-only interfaces. */
  const hasNets = async (signal: AbortSignal): Promise<boolean> =>
    platform === 'darwin' && Number.parseInt((await version(signal)) ?? '7', 10) >= 7;
  const interfaces = async (): Promise<readonly Block[]> =>
    blocks(await vbox(['list', 'hostonlyifs']).catch(notInstalled));
  const nets = async (): Promise<readonly Block[]> =>
    blocks(await vbox(['list', 'hostonlynets']).catch(notInstalled));

  return {
    provider: 'virtualbox',
    natGateway: NAT_GATEWAY,
    // macOS' own networks (vmnet) know the addresses that they gave out.
    carriesPodAddresses: platform !== 'darwin',
    version,

    async problems(signal): Promise<readonly PreflightProblem[]> {
      const said = await told(signal);
      const found = /^(\d+\.\d+\.\d+)/m.exec(said)?.[1];
      if (found === undefined) return [];
      const kvm = platform === 'linux' ? kvmProblem(found, await (options.kvm ?? readKvm)()) : undefined;
      return [
        ...(/kernel module is not loaded|vboxdrv/.test(said) ? [NO_DRIVER] : []),
        ...(kvm === undefined ? [] : [kvm]),
      ];
    },

    async sshPort(name): Promise<number | undefined> {
      const info = await vbox(['showvminfo', name, '--machinereadable']).catch(notInstalledOr(''));
      const [, port] = /^Forwarding\(\d+\)="ssh,tcp,127\.0\.0\.1,(\d+),/m.exec(info) ?? [];
      return port === undefined ? undefined : Number(port);
    },

    // VirtualBox/virtualbox#788: network and keyboard are lost; it is open still, so that no version is trusted.
    suspendIsSafe: () => Promise.resolve(!(platform === 'darwin' && architecture === 'arm64')),

    async list(): Promise<readonly VirtualMachine[]> {
      const listed = await vbox(['list', 'vms']).catch(notInstalled);
      const ours = [...listed.matchAll(/^"(.+)" \{([0-9a-f-]+)\}\s*$/gm)].filter(
        ([, name = '']) => namesOf(name) !== undefined,
      );
      return Promise.all(
        ours.map(async ([, name = '', id = '']) => {
          // One that goes away meanwhile counts as failed, for this answer.
          const info = await vbox(['showvminfo', id, '--machinereadable']).catch(notInstalledOr(''));
          return { name, id, state: stateOf(/^VMState="(.*)"/m.exec(info)?.[1] ?? '') };
        }),
      );
    },

    async ensureNetwork({ name, subnet }: MachineNetwork, signal): Promise<string | undefined> {
      const address = hostAddressOf(subnet);
      const mask = netmaskOf(subnet);
      if (await hasNets(signal)) {
        const there = (await nets()).find((net) => net['Name'] === name);
        const range = ['--lower-ip', address, '--upper-ip', addressAt(subnet, sizeOf(subnet) - 2n)];
        const settings = ['--name', name, '--netmask', mask, ...range, '--enable'];
        if (there?.['LowerIP'] === address && there['NetworkMask'] === mask && there['State'] === 'Enabled') {
          return undefined;
        }
        // One of that name that is left from a cluster with another range takes the range of this one.
        await vbox(['hostonlynet', there === undefined ? 'add' : 'modify', ...settings], signal);
        return name;
      }
      const configure = (card: string): Promise<string> =>
        vbox(['hostonlyif', 'ipconfig', card, '--ip', address, '--netmask', mask], signal);
      const there = (await interfaces()).find((card) => card['IPAddress'] === address);
      if (there !== undefined) {
        // As it is after a reboot of the host.
        if (there['Status'] === 'Down') await configure(there['Name'] ?? '');
        return undefined;
      }
      const said = await vbox(['hostonlyif', 'create'], signal);
      const made = /Interface '(.+)' was successfully created/.exec(said)?.[1];
      if (made === undefined) throw new ProcessError(command, ['hostonlyif', 'create'], 0, said);
      try {
        await configure(made);
      } catch (error) {
        await vbox(['hostonlyif', 'remove', made]).catch(() => '');
        throw error;
      }
      return made;
    },

    async removeNetwork(name, made): Promise<void> {
      if (made === undefined) return;
      if (made === name) {
        if ((await nets()).some((net) => net['Name'] === name))
          await vbox(['hostonlynet', 'remove', '--name', name]);
      } else if ((await interfaces()).some((card) => card['Name'] === made)) {
        await vbox(['hostonlyif', 'remove', made]);
      }
    },

    async takenSubnets(except): Promise<readonly IPRange[]> {
      const cards = (await interfaces()).map((card) => rangeOf(card['IPAddress'], card['NetworkMask']));
      const others =
        platform === 'darwin'
          ? (await nets())
              .filter((net) => net['Name'] !== except)
              .map((net) => rangeOf(net['LowerIP'], net['NetworkMask']))
          : [];
      return [...cards, ...others].filter((subnet) => subnet !== undefined);
    },

    // Windows has no such limit.
    async allowedSubnets(): Promise<readonly IPRange[]> {
      const text =
        platform === 'win32' ? '* 0.0.0.0/0' : await readText(options.networksConf ?? NETWORKS_CONF);
      return allowedRanges(text);
    },

    // Vagrant itself lets one process at a time import a box.
    sharesReady: () => Promise.resolve(true),

    // The machine that others are linked clones of.
    async removeShared({ folder }): Promise<void> {
      const master = (await readText(path.join(folder, 'master_id')))?.trim();
      if (master === undefined || master === '') return;
      const info = await vbox(['showvminfo', master, '--machinereadable']).catch(notInstalledOr(''));
      if (info === '') return;
      if (isCloned(info, await vbox(['list', 'hdds']))) throw new Error('machines are linked clones of it');
      await vbox(['unregistervm', master, '--delete']);
    },

    async discard(name): Promise<void> {
      const info = await vbox(['showvminfo', name, '--machinereadable']).catch(notInstalledOr(''));
      if (info === '') return;
      const state = /^VMState="(.*)"/m.exec(info)?.[1] ?? '';
      if (stateOf(state) === 'running' || state === 'paused') await vbox(['controlvm', name, 'poweroff']);
      else if (state === 'saved') await vbox(['discardstate', name]);
      await vbox(['unregistervm', name, '--delete']);
    },

    async start(name, signal): Promise<void> {
      const info = await vbox(['showvminfo', name, '--machinereadable'], signal);
      const state = /^VMState="(.*)"/m.exec(info)?.[1];
      if (state === 'running') return;
      if (state === 'paused') await vbox(['controlvm', name, 'resume'], signal);
      else await vbox(['startvm', name, '--type', 'headless'], signal);
    },

    async suspend(name, signal): Promise<void> {
      await vbox(['controlvm', name, 'savestate'], signal);
    },

    async snapshots(name): Promise<readonly string[]> {
      const said = await vbox(['snapshot', name, 'list', '--machinereadable']).catch(notInstalledOr(''));
      return [...said.matchAll(/^SnapshotName[-\d]*="(.*)"/gm)].map((match) => match[1] ?? '');
    },
  };
}

/** On Windows it is not on the PATH. */
export function vboxManage(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (platform !== 'win32') return 'VBoxManage';
  const folder =
    env['VBOX_MSI_INSTALL_PATH'] ?? env['VBOX_INSTALL_PATH'] ?? 'C:\\Program Files\\Oracle\\VirtualBox\\';
  return `${folder.replace(/\\?$/, '\\')}VBoxManage.exe`;
}

/** What /etc/vbox/networks.conf allows: lines `* RANGE RANGE …`; without the file, or with an empty one, the default. */
export function allowedRanges(conf: string | undefined): readonly IPRange[] {
  const lines = (conf ?? '').split('\n').filter((line) => line.trimStart().startsWith('*'));
  const ranges = lines
    .flatMap((line) => line.replace('*', ' ').split(/[\s,]+/))
    .map(parseSubnet)
    .filter((subnet) => subnet !== undefined);
  const fallback = parseSubnet(DEFAULT_RANGES);
  return ranges.length > 0 || fallback === undefined ? ranges : [fallback];
}

const NO_DRIVER: PreflightProblem = {
  what: 'VirtualBox’s kernel module is not loaded: it cannot start machines',
  remedy:
    'Build and load it: sudo /sbin/vboxconfig (packages of Debian and Ubuntu: sudo apt-get install virtualbox-dkms linux-headers-$(uname -r)). With Secure Boot it must be signed as well.',
};

type Block = Readonly<Record<string, string | undefined>>;

/** `Key:   value` lines; each thing begins with its name. Empty lines are between them, and in the middle of some. */
function blocks(text: string): readonly Block[] {
  return text
    .split(/^(?=Name:)/m)
    .map((block) =>
      Object.fromEntries(
        [...block.matchAll(/^([A-Za-z]+):\s*(.*?)\s*$/gm)].map((match) => [match[1] ?? '', match[2]]),
      ),
    )
    .filter((block: Block) => block['Name'] !== undefined);
}

/** Whether disks of other machines are changes of what a machine's own are changes of. */
function isCloned(machine: string, disks: string): boolean {
  const own = new Set([...machine.matchAll(/-ImageUUID-\d+-\d+"="([^"]+)"/g)].map((match) => match[1]));
  const all = [...disks.matchAll(/^UUID:\s+(\S+)\s+Parent UUID:\s+(\S+)/gm)].map(([, id, parent]) => ({
    id,
    parent,
  }));
  const bases = new Set([...own, ...all.filter(({ id }) => own.has(id)).map(({ parent }) => parent)]);
  bases.delete('base');
  return all.some(({ id, parent }) => !own.has(id) && bases.has(parent));
}

function rangeOf(address = '', mask = ''): IPRange | undefined {
  return parseSubnet(`${address}/${prefixOfNetmask(mask) ?? ''}`);
}

function stateOf(state: string): VirtualMachine['state'] {
  switch (state) {
    case 'running':
    case 'starting':
    case 'stopping':
    case 'restoring':
    case 'livesnapshotting':
    case 'onlinesnapshotting':
      return 'running';
    case 'saved':
    case 'paused':
    case 'saving':
      return 'paused';
    case 'poweroff':
    case 'aborted':
    case 'aborted-saved':
      return 'stopped';
    default:
      return 'failed';
  }
}

/** Where there is no VirtualBox, there is nothing of ours in it. */
function notInstalled(error: unknown): string {
  if (error instanceof ProcessError && error.code === undefined) return '';
  throw error;
}

/** The same, and where it knows no such thing. */
function notInstalledOr(otherwise: string): (error: unknown) => string {
  return (error) => {
    if (
      error instanceof ProcessError &&
      error.code !== undefined &&
      !/VBOX_E_OBJECT_NOT_FOUND|Could not find|does not have any snapshots/.test(error.message)
    ) {
      throw error;
    }
    return error instanceof ProcessError ? otherwise : notInstalled(error);
  };
}

// What VBoxManage tells: in its own columns and orders, as each version and system prints them.
import { createHash } from 'node:crypto';
import { findMachine } from './machines.ts';
import { Refusal, type PlayedMachine, type PlayedState } from './state.ts';
import type { Played } from './played.ts';

export function list(played: Played, args: readonly string[]): string {
  const { state, host } = played;
  const what = args.filter((arg) => !arg.startsWith('-'))[0] ?? '';
  switch (what) {
    case 'vms':
      return state.machines.map(({ name, id }) => `"${name}" {${id}}\n`).join('');
    case 'runningvms':
      return state.machines
        .filter((machine) => machine.state === 'running')
        .map(({ name, id }) => `"${name}" {${id}}\n`)
        .join('');
    case 'hdds':
      return `${state.disks.map((disk) => hdd(disk)).join('\n\n')}\n\n`;
    case 'hostonlyifs':
      return host.platform === 'darwin' ? '' : state.interfaces.map(interfaceText).join('');
    case 'hostonlynets':
      if (host.platform !== 'darwin') throw new Refusal("Invalid command 'hostonlynets'");
      return state.nets.map(netText).join('');
    case 'dhcpservers':
      return host.platform === 'linux' ? DHCP : '';
    case 'bridgedifs':
      return 'Name:            eth9\nGUID:            effffff9-0000-47e7-8000-02fc00000009\nDHCP:            Disabled\nIPAddress:       0.0.0.0\nNetworkMask:     0.0.0.0\nIPV6Address:     \nIPV6NetworkMaskPrefixLength: 0\nHardwareAddress: 02:fc:00:00:00:09\nMediumType:      Ethernet\nWireless:        No\nStatus:          Down\nVBoxNetworkName: HostInterfaceNetworking-eth9\n\n';
    case 'systemproperties':
      return `API version:                     ${host.version.split('.').slice(0, 2).join('_')}\nMinimum guest RAM size:          4 Megabytes\nDefault machine folder:          ${host.folder}\nDefault hard disk format:        VDI\n`;
    default:
      throw new Refusal(`Unknown list command '${what}'`);
  }
}

/** The default one of the first interface, which VirtualBox makes by itself on Linux. */
const DHCP = `NetworkName:    HostInterfaceNetworking-vboxnet0
Dhcpd IP:       192.168.56.100
LowerIPAddress: 192.168.56.101
UpperIPAddress: 192.168.56.254
NetworkMask:    255.255.255.0
Enabled:        Yes
Global Configuration:
    minLeaseTime:     default
    defaultLeaseTime: default
    maxLeaseTime:     default
    Forced options:   None
    Suppressed opts.: None
        1/legacy: 255.255.255.0
Groups:               None
Individual Configs:   None

`;

function hdd({ id, parent, file, bytes }: PlayedState['disks'][number]): string {
  return [
    `UUID:           ${id}`,
    `Parent UUID:    ${parent}`,
    'State:          created',
    `Type:           normal (${parent === 'base' ? 'base' : 'differencing'})`,
    `Location:       ${file}`,
    `Storage format: ${file.toLowerCase().endsWith('.vdi') ? 'VDI' : 'VMDK'}`,
    `Capacity:       ${Math.floor(bytes / 2 ** 20)} MBytes`,
    'Encryption:     disabled',
  ].join('\n');
}

function interfaceText({ name, address, mask, up }: PlayedState['interfaces'][number]): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return `Name:            ${name}
GUID:            786f6276-656e-4074-8000-${hash.slice(0, 12)}
DHCP:            Disabled
IPAddress:       ${address}
NetworkMask:     ${mask}
IPV6Address:     
IPV6NetworkMaskPrefixLength: 0
HardwareAddress: 0a:00:27:00:00:00
MediumType:      Ethernet
Wireless:        No
Status:          ${up ? 'Up' : 'Down'}
VBoxNetworkName: HostInterfaceNetworking-${name}

`;
}

/** With an empty line in the middle, as it is printed. */
function netText({ name, id, lower, upper, mask, enabled }: PlayedState['nets'][number]): string {
  return `Name:            ${name}
GUID:            ${id}

State:           ${enabled ? 'Enabled' : 'Disabled'}
NetworkMask:     ${mask}
LowerIP:         ${lower}
UpperIP:         ${upper}
VBoxNetworkName: hostonly-${name}

`;
}

export async function showMachine(played: Played, args: readonly string[]): Promise<string> {
  const machine = findMachine(played.state, args[0] ?? '');
  if (machine.state === 'running' && !(await played.engine.isRunning(machine))) machine.state = 'poweroff';
  const { host } = played;
  const folder = played.join(host.folder, machine.name);
  const { controller } = machine;
  const disk = played.state.disks.find(({ id }) => id === machine.disk);
  const lines = [
    `name="${machine.name}"`,
    ...(host.version.startsWith('7.0') ? [] : ['encryption="disabled"']),
    'groups="/"',
    ...(host.version.startsWith('7.0') ? [] : [`platformArchitecture="${machine.architecture}"`]),
    `ostype="${machine.architecture === 'ARM' ? 'Debian (ARM 64-bit)' : 'Debian (64-bit)'}"`,
    `UUID="${machine.id}"`,
    `CfgFile="${escaped(host.platform, played.join(folder, `${machine.name}.vbox`))}"`,
    `SnapFldr="${escaped(host.platform, played.join(folder, 'Snapshots'))}"`,
    `LogFldr="${escaped(host.platform, played.join(folder, 'Logs'))}"`,
    `hardwareuuid="${machine.id}"`,
    `memory=${machine.memory}`,
    `chipset="${machine.architecture === 'ARM' ? 'armv8virtual' : 'piix3'}"`,
    `firmware="${machine.architecture === 'ARM' ? 'EFI' : 'BIOS'}"`,
    `cpus=${machine.cpus}`,
    `rtcuseutc="${machine.settings['rtcuseutc'] ?? 'on'}"`,
    `paravirtprovider="${machine.settings['paravirtprovider'] ?? 'default'}"`,
    `VMState="${machine.state}"`,
    'VMStateChangeTime="2026-11-30T10:50:59.000000000"',
    `storagecontrollername0="${controller.name}"`,
    `storagecontrollertype0="${controller.type}"`,
    'storagecontrollerinstance0="0"',
    'storagecontrollermaxportcount0="30"',
    'storagecontrollerportcount0="30"',
    'storagecontrollerbootable0="on"',
    `"${controller.name}-0-0"="${escaped(host.platform, disk?.file ?? 'none')}"`,
    `"${controller.name}-ImageUUID-0-0"="${machine.disk}"`,
    ...Array.from({ length: 29 }, (_, i) => `"${controller.name}-${i + 1}-0"="none"`),
    ...Array.from({ length: 8 }, (_, i) => cardLines(machine, i + 1)).flat(),
    ...serial(machine),
    ...snapshots(machine),
    'GuestMemoryBalloon=0',
  ];
  return `${lines.join('\n')}\n`;
}

function cardLines({ cards }: PlayedMachine, slot: number): readonly string[] {
  const card = cards[slot];
  if (card === undefined || card.kind === 'none') return [`nic${slot}="none"`];
  const on: Partial<Record<typeof card.kind, string>> = {
    nat: `natnet${slot}="nat"`,
    hostonly: `hostonlyadapter${slot}="${card.on ?? ''}"`,
    hostonlynetwork: `hostonly-network${slot}="${card.on ?? ''}"`,
  };
  return [
    on[card.kind] ?? '',
    `macaddress${slot}="${card.mac}"`,
    `cableconnected${slot}="${card.cable ? 'on' : 'off'}"`,
    `nic${slot}="${card.kind}"`,
    `nictype${slot}="${card.type}"`,
    `nicspeed${slot}="0"`,
    ...(card.kind === 'nat' ? ['mtu="0"', `localhostReachable="${card.localhostReachable ? 1 : 0}"`] : []),
    ...card.forwards.map((forward, index) => `Forwarding(${index})="${forward}"`),
  ];
}

function serial({ settings }: PlayedMachine): readonly string[] {
  const mode = settings['uartmode1'];
  if (mode === undefined) return ['uart1="off"'];
  return [`uart1="0x03f8,4"`, `uartmode1="${mode}"`, 'uarttype1="16550A"'];
}

function snapshots({ snapshots: all }: PlayedMachine): readonly string[] {
  return all.flatMap(({ name, id }, index) => {
    const suffix = '-1'.repeat(index);
    return [`SnapshotName${suffix}="${name}"`, `SnapshotUUID${suffix}="${id}"`];
  });
}

/** Windows' paths are written with doubled backslashes. */
function escaped(platform: string, file: string): string {
  return platform === 'win32' ? file.replaceAll('\\', '\\\\') : file;
}

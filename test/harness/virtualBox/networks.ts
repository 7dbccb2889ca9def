// Host-only interfaces (Linux, Windows) and networks (macOS), with what each system allows.
import { randomUUID } from 'node:crypto';
import { contains, parseRange, type IPRange } from '../../../src/api/ip/range.ts';
import { option } from './machines.ts';
import { Refusal, type PlayedState } from './state.ts';
import type { Played } from './played.ts';

export async function hostOnlyInterface(played: Played, args: readonly string[]): Promise<string> {
  const [verb = '', name = ''] = args;
  const { state, host } = played;
  if (host.platform === 'darwin') {
    // vmnet has taken their place.
    throw new Refusal('The hostonlyif command is not supported on this platform');
  }
  switch (verb) {
    case 'create': {
      if (!host.driver && host.platform === 'linux') {
        throw new Refusal(
          'Failed to create the host-only adapter',
          'VBoxNetAdpCtl: Error while adding new interface: failed to open /dev/vboxnetctl: No such file or directory',
          'Details: code NS_ERROR_FAILURE (0x80004005), component HostNetworkInterfaceWrap, interface IHostNetworkInterface',
          'Context: "RTEXITCODE handleCreate(HandlerArg*)" at line 105 of file VBoxManageHostonly.cpp',
        );
      }
      const made = nameOf(state, host.platform);
      state.interfaces.push({
        name: made,
        address: defaultAddress(state),
        mask: '255.255.255.0',
        up: host.platform === 'win32',
      });
      await played.engine.addInterface(made);
      return `0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\nInterface '${made}' was successfully created\n`;
    }
    case 'ipconfig': {
      const found = interfaceOf(state, name);
      const address = option(args, '--ip') ?? '';
      const mask = option(args, '--netmask') ?? '255.255.255.0';
      refuseRange(played, `${address}/32`);
      Object.assign(found, { address, mask, up: true });
      await played.engine.configureInterface(name, address, mask);
      return '';
    }
    case 'remove': {
      state.interfaces.splice(state.interfaces.indexOf(interfaceOf(state, name)), 1);
      await played.engine.removeInterface(name);
      return '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n';
    }
    default:
      throw new Refusal(`Unknown command '${verb}'`);
  }
}

export function hostOnlyNet(played: Played, args: readonly string[]): string {
  const [verb = ''] = args;
  const { state, host } = played;
  if (host.platform !== 'darwin') throw new Refusal(`Invalid command 'hostonlynet'`);
  const name = option(args, '--name') ?? '';
  const found = state.nets.find((net) => net.name === name);
  const given = {
    mask: option(args, '--netmask'),
    lower: option(args, '--lower-ip'),
    upper: option(args, '--upper-ip'),
  };
  switch (verb) {
    case 'add':
      if (found !== undefined) throw new Refusal(`Host-only network '${name}' already exists`);
      if (given.lower !== undefined) refuseRange(played, `${given.lower}/32`);
      state.nets.push({
        name,
        id: randomUUID(),
        mask: given.mask ?? '',
        lower: given.lower ?? '',
        upper: given.upper ?? '',
        enabled: args.includes('--enable'),
      });
      return '';
    case 'modify':
      if (found === undefined) throw missing(name);
      if (given.lower !== undefined) refuseRange(played, `${given.lower}/32`);
      for (const [key, value] of Object.entries(given))
        if (value !== undefined) Object.assign(found, { [key]: value });
      if (args.includes('--enable')) found.enabled = true;
      return '';
    case 'remove':
      if (found === undefined) throw missing(name);
      state.nets.splice(state.nets.indexOf(found), 1);
      return '';
    default:
      throw new Refusal(`Unknown command '${verb}'`);
  }
}

function missing(name: string): Refusal {
  return new Refusal(
    `Could not find host-only network '${name}'`,
    'Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap, interface IVirtualBox',
  );
}

function interfaceOf(state: PlayedState, name: string): PlayedState['interfaces'][number] {
  const found = state.interfaces.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Refusal(
    `The host network interface named '${name}' could not be found`,
    'Details: code E_INVALIDARG (0x80070057), component HostWrap, interface IHost, callee nsISupports',
  );
}

function nameOf(state: PlayedState, platform: string): string {
  const index = Array.from({ length: 99 }, (_, i) => i).find(
    (i) => !state.interfaces.some(({ name }) => name === called(i)),
  );
  return called(index ?? 0);
  function called(i: number): string {
    if (platform !== 'win32') return `vboxnet${i}`;
    return `VirtualBox Host-Only Ethernet Adapter${i === 0 ? '' : ` #${i + 1}`}`;
  }
}

function defaultAddress(state: PlayedState): string {
  return `192.168.${56 + state.interfaces.length}.1`;
}

/** What /etc/vbox/networks.conf allows on Linux and macOS (6.1.28 and later); Windows has no such file. */
function refuseRange({ host }: Played, text: string): void {
  if (host.platform === 'win32') return;
  const lines = (host.networksConf ?? '').split('\n').filter((line) => line.startsWith('*'));
  const allowed = (
    lines.length === 0 ? ['192.168.56.0/21'] : lines.flatMap((line) => line.slice(1).trim().split(/\s+/))
  )
    .map(parseRange)
    .filter((range): range is IPRange => range !== undefined);
  const range = parseRange(text);
  if (range !== undefined && allowed.some((outer) => contains(outer, range))) return;
  throw new Refusal(
    `Code E_ACCESSDENIED (0x80070005) - Access denied (extended info not available)`,
    'Context: "EnableStaticIPConfig(Bstr(pIp).raw(), Bstr(pNetmask).raw())" at line 242 of file VBoxManageHostonly.cpp',
  );
}

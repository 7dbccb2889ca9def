import { bytesOf } from '../../api/ip/address.ts';
import type { Node } from '../../api/types.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { type Routes, routesTo } from './routes.ts';

/** The node's end of the overlay. */
export const VXLAN_DEVICE = 'vxlan-wh';
/** The size of the outer headers (Ethernet, IPv4, UDP, VXLAN), in bytes. */
const OVERHEAD = 50;
const ETHERNET_MTU = 1_500;
export const VXLAN_MTU = ETHERNET_MTU - OVERHEAD;
/** Ours among other overlays on the same network; the port is IANA's. */
const VNI = 5_643;
const PORT = 4_789;

/** Another node's end: the first address of its pods' range stands for it on the overlay. */
export interface VxlanPeer {
  /** As in the routes: the pods that are behind it. */
  readonly range: string;
  readonly overlayAddress: string;
  readonly mac: string;
  /** On the nodes' network. */
  readonly nodeAddress: string;
}

export function vxlanPeers(nodes: readonly Node[], ownName: string): readonly VxlanPeer[] {
  return [...routesTo(nodes, ownName)].map(([range, nodeAddress]) => ({
    range,
    nodeAddress,
    overlayAddress: firstAddressOf(range),
    mac: macOf(range),
  }));
}

/** The routes of this node where pods are reached over the overlay; see applyRoutes. */
export function routesOver(peers: readonly VxlanPeer[]): Routes {
  return new Map(peers.map(({ range, overlayAddress }) => [range, overlayAddress]));
}

/**
 * Brings the device, its neighbours and its forwarding entries to what is wanted. Nothing is learned or flooded: every
 * entry is written here. The device has an address, so that what the node itself sends to pods has one to return to.
 */
export async function applyVxlan(
  run: ProcessRunner,
  ownRange: string,
  peers: readonly VxlanPeer[],
): Promise<void> {
  await applyDevice(run, macOf(ownRange), firstAddressOf(ownRange));
  await applyEntries(
    await listed<{ dst: string; lladdr?: string }>(run, 'ip', [
      '-4',
      '-j',
      'neigh',
      'show',
      ...ON,
      'nud',
      'permanent',
    ]),
    ({ dst, lladdr = '' }) => [dst, lladdr],
    peers.map(({ overlayAddress, mac }) => [overlayAddress, mac]),
    (address, mac) => run.run('ip', ['neigh', 'replace', address, 'lladdr', mac, ...ON, 'nud', 'permanent']),
    (address) => run.run('ip', ['neigh', 'del', address, ...ON]),
  );
  await applyEntries(
    await listed<{ mac: string; dst?: string }>(run, 'bridge', ['-j', 'fdb', 'show', ...ON]),
    ({ mac, dst = '' }) => [mac, dst],
    peers.map(({ mac, nodeAddress }) => [mac, nodeAddress]),
    (mac, address) => run.run('bridge', ['fdb', 'replace', mac, ...ON, 'dst', address, 'self', 'permanent']),
    (mac) => run.run('bridge', ['fdb', 'del', mac, ...ON, 'self']),
  );
}

const ON = ['dev', VXLAN_DEVICE] as const;

interface ListedDevice {
  readonly ifname?: string;
  readonly address?: string;
  readonly mtu?: number;
  readonly flags?: readonly string[];
  readonly linkinfo?: {
    readonly info_data?: { readonly id?: number; readonly port?: number; readonly learning?: boolean };
  };
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

async function applyDevice(run: ProcessRunner, mac: string, address: string): Promise<void> {
  const devices = await listed<ListedDevice>(run, 'ip', ['-d', '-j', 'address', 'show', 'type', 'vxlan']);
  const device = devices.find(({ ifname }) => ifname === VXLAN_DEVICE);
  const { id, port, learning } = device?.linkinfo?.info_data ?? {};
  const isOurs = id === VNI && port === PORT && learning === false && device?.address === mac;
  if (device !== undefined && !isOurs) await run.run('ip', ['link', 'delete', VXLAN_DEVICE]);
  if (!isOurs) {
    const vxlan = ['type', 'vxlan', 'id', String(VNI), 'dstport', String(PORT), 'nolearning'];
    await run.run('ip', ['link', 'add', VXLAN_DEVICE, 'address', mac, ...vxlan]);
  }
  const has = (device?.addr_info ?? []).some(({ local, prefixlen }) => local === address && prefixlen === 32);
  if (!isOurs || !has) await run.run('ip', ['address', 'replace', `${address}/32`, ...ON]);
  if (!isOurs || device.mtu !== VXLAN_MTU || device.flags?.includes('UP') !== true) {
    await run.run('ip', ['link', 'set', VXLAN_DEVICE, 'mtu', String(VXLAN_MTU), 'up']);
  }
}

/** Entries are pairs; what there is but not wanted is removed, what is wanted and not there is set. */
async function applyEntries<Listed>(
  there: readonly Listed[],
  pairOf: (entry: Listed) => readonly [string, string],
  wantedPairs: readonly (readonly [string, string])[],
  set: (key: string, value: string) => Promise<unknown>,
  remove: (key: string) => Promise<unknown>,
): Promise<void> {
  const live = new Map(there.map(pairOf));
  const wanted = new Map(wantedPairs);
  for (const key of live.keys()) if (!wanted.has(key)) await remove(key);
  for (const [key, value] of wanted) if (live.get(key) !== value) await set(key, value);
}

async function listed<T>(
  run: ProcessRunner,
  command: string,
  args: readonly string[],
): Promise<readonly T[]> {
  const { stdout } = await run.run(command, args);
  return stdout.trim() === '' ? [] : (JSON.parse(stdout) as readonly T[]);
}

function firstAddressOf(range: string): string {
  return range.slice(0, range.indexOf('/'));
}

/** Every node can tell every other's: locally administered, then the range's first address. */
function macOf(range: string): string {
  const bytes = bytesOf(firstAddressOf(range));
  return ['02', '57', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

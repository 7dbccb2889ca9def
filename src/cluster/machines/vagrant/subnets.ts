import { parseAddress } from '../../../api/ip/address.ts';
import {
  addressAt,
  contains,
  type IPRange,
  overlap,
  parseRange,
  rangeOf,
  sizeOf,
} from '../../../api/ip/range.ts';
import { DEFAULT_CLUSTER_CIDR, DEFAULT_SERVICE_CIDR } from '../../profile.ts';

/**
 * `192.168.56.0/24`; undefined where it is not such a range: machines' networks are IPv4. An address without a length
 * is a range of its own.
 */
export function parseSubnet(text: string): IPRange | undefined {
  const trimmed = text.trim();
  const address = parseAddress(trimmed);
  const range = address === undefined ? parseRange(trimmed) : rangeOf(address);
  return range?.family === 'IPv4' ? range : undefined;
}

/** The host's address on a network of machines: the first, as every provider has it. */
export function hostAddressOf(subnet: IPRange): string {
  return addressAt(subnet, 1);
}

/** Addresses up to here stay free for the host and what people put there by hand. */
const FIRST_NODE = 11;

/**
 * A free address for a node, undefined where the range is full. One whose name ends with a number has the address of
 * that number where it can, so that addresses follow names whatever the order in which nodes are made.
 */
export function addressFor(name: string, subnet: IPRange, taken: Iterable<string>): string | undefined {
  const used = new Set(taken);
  const size = Number(sizeOf(subnet));
  const first = Math.min(FIRST_NODE, size / 2);
  const addresses = Array.from({ length: size - 1 - first }, (_, index) => addressAt(subnet, first + index));
  const own = addresses[Number(/[0-9]+$/.exec(name)?.[0]) - 1];
  if (own !== undefined && !used.has(own)) return own;
  return addresses.find((address) => !used.has(address));
}

/** What VirtualBox lets host-only networks have unless /etc/vbox/networks.conf says otherwise (6.1.28 and later). */
export const DEFAULT_RANGES = '192.168.56.0/21';

/** Where a network is looked for: VirtualBox's own range first, then the private ones (RFC 1918), the rarest first. */
const PREFERRED = [DEFAULT_RANGES, '192.168.0.0/16', '172.16.0.0/12', '10.0.0.0/8'];

/** Never for machines: VirtualBox's NAT (10.0.2.0/24 of the first card, 10.0.9.0/24 of the eighth), pods and Services. */
const RESERVED = ['10.0.0.0/20', DEFAULT_CLUSTER_CIDR, DEFAULT_SERVICE_CIDR];

const NODE_NETWORK_PREFIX = 24;

/** The first /24 of a private range that is allowed and overlaps nothing in `taken`; last those that are not private. */
export function freeSubnet(allowed: readonly IPRange[], taken: readonly IPRange[]): IPRange | undefined {
  const used = [...taken, ...ranges(RESERVED)];
  const inOrder = [
    ...ranges(PREFERRED).flatMap((range) => allowed.flatMap((outer) => common(range, outer))),
    // Somebody has allowed it by name: all addresses there are is no such name.
    ...allowed.filter(({ prefix }) => prefix >= 8),
  ];
  for (const range of inOrder) {
    const found = firstFree(range, used);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstFree({ family, base, prefix }: IPRange, used: readonly IPRange[]): IPRange | undefined {
  for (let index = 0; index < 2 ** (NODE_NETWORK_PREFIX - prefix); index++) {
    const value = base + BigInt(index) * 256n;
    const candidate: IPRange = { family, base: value, prefix: NODE_NETWORK_PREFIX };
    if (prefix <= NODE_NETWORK_PREFIX && !used.some((subnet) => overlap(subnet, candidate))) return candidate;
  }
  return undefined;
}

/** What two ranges have in common: the smaller one, or nothing. */
function common(a: IPRange, b: IPRange): readonly IPRange[] {
  if (contains(a, b)) return [b];
  return contains(b, a) ? [a] : [];
}

function ranges(texts: readonly string[]): readonly IPRange[] {
  return texts.map(parseSubnet).filter((range) => range !== undefined);
}

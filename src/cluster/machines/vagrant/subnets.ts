import { parseAddress } from '../../../api/ip/address.ts';
import { addressAt, type IPRange, overlap, parseRange, rangeOf, sizeOf } from '../../../api/ip/range.ts';

/** `192.168.56.0/24`; undefined where it is none: machines' networks are IPv4. An address without a length is a range of its own. */
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

const NODE_NETWORK_PREFIX = 24;

/** The first /24 of `allowed` that overlaps nothing in `taken`. */
export function freeSubnet(allowed: readonly IPRange[], taken: readonly IPRange[]): IPRange | undefined {
  for (const { family, base, prefix } of allowed) {
    if (prefix > NODE_NETWORK_PREFIX) continue;
    for (let index = 0; index < 2 ** (NODE_NETWORK_PREFIX - prefix); index++) {
      const value = base + BigInt(index) * 256n;
      const candidate: IPRange = { family, base: value, prefix: NODE_NETWORK_PREFIX };
      if (!taken.some((subnet) => overlap(subnet, candidate))) return candidate;
    }
  }
  return undefined;
}

/** IPv4 as numbers: what is needed to choose ranges and addresses. */
export interface Subnet {
  /** The first address, as a number. */
  readonly base: number;
  readonly prefix: number;
}

/** `192.168.56.0/24`; undefined where it is none. An address without a length is a range of its own. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const parts = match.slice(1, 5).map(Number);
  const prefix = Number(match[5] ?? 32);
  if (parts.some((part) => part > 255) || prefix > 32) return undefined;
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  return { base: address - (address % sizeOf(prefix)), prefix };
}

export function parseAddress(text: string): number | undefined {
  return text.includes('/') ? undefined : parseSubnet(text)?.base;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function formatSubnet({ base, prefix }: Subnet): string {
  return `${formatAddress(base)}/${prefix}`;
}

export function netmask({ prefix }: Subnet): string {
  return formatAddress(2 ** 32 - sizeOf(prefix));
}

export function contains(outer: Subnet, inner: Subnet): boolean {
  return inner.base >= outer.base && inner.base + sizeOf(inner.prefix) <= outer.base + sizeOf(outer.prefix);
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return a.base < b.base + sizeOf(b.prefix) && b.base < a.base + sizeOf(a.prefix);
}

/** The host's address on a network of machines: the first, as every provider has it. */
export function hostAddressOf(subnet: Subnet): string {
  return formatAddress(subnet.base + 1);
}

/** Addresses up to here stay free for the host and what people put there by hand. */
const FIRST_NODE = 11;

/**
 * A free address for a node, undefined where the range is full. One whose name ends with a number has the address of
 * that number where it can, so that addresses follow names whatever the order in which nodes are made.
 */
export function addressFor(name: string, subnet: Subnet, taken: Iterable<string>): string | undefined {
  const used = new Set(taken);
  const first = subnet.base + Math.min(FIRST_NODE, sizeOf(subnet.prefix) / 2);
  const addresses = Array.from({ length: subnet.base + sizeOf(subnet.prefix) - 1 - first }, (_, i) =>
    formatAddress(first + i),
  );
  const own = addresses[Number(/[0-9]+$/.exec(name)?.[0]) - 1];
  if (own !== undefined && !used.has(own)) return own;
  return addresses.find((address) => !used.has(address));
}

/** What VirtualBox lets host-only networks have unless /etc/vbox/networks.conf says otherwise (6.1.28 and later). */
export const DEFAULT_RANGES = '192.168.56.0/21';

/** The first /24 of `allowed` that overlaps nothing in `taken`. */
export function freeSubnet(allowed: readonly Subnet[], taken: readonly Subnet[]): Subnet | undefined {
  for (const range of allowed) {
    if (range.prefix > 24) continue;
    for (let base = range.base; base < range.base + sizeOf(range.prefix); base += 256) {
      const candidate = { base, prefix: 24 };
      if (!taken.some((subnet) => overlap(subnet, candidate))) return candidate;
    }
  }
  return undefined;
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

import { ADDRESS_BITS, formatAddress, type IPAddress, type IPFamily, parseAddress } from './address.ts';

/** Addresses with a common prefix, as CIDR writes them. */
export interface IPRange {
  readonly family: IPFamily;
  /** The first address. */
  readonly base: bigint;
  /** Bits that all addresses share. */
  readonly prefix: number;
}

/**
 * `10.244.0.0/16`, `2001:db8::/64`; undefined for what is no range. Bits behind the prefix are dropped. An address
 * without a length is no range here: see `rangeOf`.
 */
export function parseRange(text: string): IPRange | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix > ADDRESS_BITS[address.family] ? undefined : rangeOf(address, prefix);
}

/** The range of that prefix which an address is in; without a prefix, the address alone. */
export function rangeOf(address: IPAddress, prefix: number = ADDRESS_BITS[address.family]): IPRange {
  const { family, value } = address;
  const rest = BigInt(ADDRESS_BITS[family] - prefix);
  return { family, base: (value >> rest) << rest, prefix };
}

export function formatRange(range: IPRange): string {
  return `${addressAt(range, 0)}/${range.prefix}`;
}

/** How many addresses it has. */
export function sizeOf({ family, prefix }: IPRange): bigint {
  return 1n << BigInt(ADDRESS_BITS[family] - prefix);
}

/** The address so far behind the first one; the range does not bound it. */
export function addressAt({ family, base }: IPRange, offset: number | bigint): string {
  return formatAddress({ family, value: base + BigInt(offset) });
}

/** How far behind the first address another one is, undefined where the range does not include it. */
export function offsetOf(range: IPRange, address: IPAddress): bigint | undefined {
  const offset = address.value - range.base;
  return address.family === range.family && offset >= 0n && offset < sizeOf(range) ? offset : undefined;
}

export function includes(range: IPRange, address: IPAddress): boolean {
  return offsetOf(range, address) !== undefined;
}

/** Whether all of `inner` is in `outer`. */
export function contains(outer: IPRange, inner: IPRange): boolean {
  return inner.prefix >= outer.prefix && includes(outer, { family: inner.family, value: inner.base });
}

/** Whether two ranges have an address in common: then one contains the other. */
export function overlap(a: IPRange, b: IPRange): boolean {
  return contains(a, b) || contains(b, a);
}

/** The prefix of a netmask: 24 of `255.255.255.0`; undefined for what is not a netmask. */
export function prefixOfNetmask(text: string): number | undefined {
  const mask = parseAddress(text);
  if (mask === undefined) return undefined;
  const bits = mask.value.toString(2).padStart(ADDRESS_BITS[mask.family], '0');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

/** `255.255.255.0` of a /24. */
export function netmaskOf(range: IPRange): string {
  const all = (1n << BigInt(ADDRESS_BITS[range.family])) - 1n;
  return formatAddress({ family: range.family, value: all - sizeOf(range) + 1n });
}

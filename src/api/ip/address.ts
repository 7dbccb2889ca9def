import ipaddr from 'ipaddr.js';

export type IPFamily = 'IPv4' | 'IPv6';

/** An IP address as a number: ranges, their parts and their neighbours are arithmetic on it. */
export interface IPAddress {
  readonly family: IPFamily;
  /** Below 2^32 or 2^128. */
  readonly value: bigint;
}

/** Bits of an address. */
export const ADDRESS_BITS: Readonly<Record<IPFamily, number>> = { IPv4: 32, IPv6: 128 };

/** Only four plain decimals are an address: octal and hexadecimal parts, which the library reads too, are not. */
export function isIPv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/**
 * An address with a zone (`fe80::1%eth0`) means something on one machine only: it does not count as an address here.
 */
export function isIPv6(text: string): boolean {
  return !text.includes('%') && ipaddr.IPv6.isValid(inGroups(text));
}

/** The family of an address, undefined for a text that is not an address. */
export function familyOf(text: string): IPFamily | undefined {
  return isIPv4(text) ? 'IPv4' : isIPv6(text) ? 'IPv6' : undefined;
}

/** Undefined for what is no address: a name, a range, an address with leading zeros or with a zone. */
export function parseAddress(text: string): IPAddress | undefined {
  const family = familyOf(text);
  if (family === undefined) return undefined;
  const value = bytesOf(text).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return { family, value };
}

/** The shortest form (RFC 5952), which is the one that the API stores. */
export function formatAddress({ family, value }: IPAddress): string {
  const bytes = Array.from({ length: ADDRESS_BITS[family] / 8 }, (_, index) =>
    Number((value >> BigInt(ADDRESS_BITS[family] - 8 * (index + 1))) & 0xffn),
  );
  return family === 'IPv4' ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

const MAPPED = 0xffff_0000_0000n;

/** The IPv4 address that an IPv6 one stands for (`::ffff:10.0.0.1`); others as they are. */
export function unmapped(address: IPAddress): IPAddress {
  const { family, value } = address;
  return family === 'IPv6' && value >> 32n === MAPPED >> 32n
    ? { family: 'IPv4', value: value - MAPPED }
    : address;
}

/** The four or sixteen bytes of an address. @throws Error for a text that is not an address */
export function bytesOf(text: string): readonly number[] {
  return ipaddr.parse(inGroups(text)).toByteArray();
}

/** An IPv6 address whose end is written as IPv4, in groups alone: the library takes `::10.0.0.1` for `::ffff:10.0.0.1`. */
function inGroups(text: string): string {
  const colon = text.lastIndexOf(':');
  const end = text.slice(colon + 1);
  if (colon < 0 || !isIPv4(end)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(end);
  return `${text.slice(0, colon + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

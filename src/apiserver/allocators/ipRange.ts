import { parseIPv4 } from '../../api/fields/ips.ts';

/** The addresses of an IPv4 range that services may have: without the network's own and the broadcast address. */
export interface IPRange {
  readonly cidr: string;
  /** How many addresses there are. */
  readonly size: number;
  addressAt(index: number): string;
  /** Undefined for what is not an address of the range. */
  indexOf(address: string): number | undefined;
}

/** @throws Error where the text is no IPv4 range with room for a service. */
export function ipRange(cidr: string): IPRange {
  const [address = '', length = ''] = cidr.split('/');
  const bytes = parseIPv4(address);
  const bits = Number(length);
  if (bytes === undefined || length === '' || !Number.isInteger(bits) || bits < 8 || bits > 30) {
    throw new Error(`service address range ${cidr} must be an IPv4 range between /8 and /30`);
  }
  const total = 2 ** (32 - bits);
  const network = numberOf(bytes) - (numberOf(bytes) % total);
  const size = total - 2;
  return {
    cidr,
    size,
    addressAt: (index) => textOf(network + 1 + index),
    indexOf(text) {
      const parsed = parseIPv4(text);
      if (parsed === undefined) return undefined;
      const index = numberOf(parsed) - network - 1;
      return index >= 0 && index < size ? index : undefined;
    },
  };
}

const numberOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
const textOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

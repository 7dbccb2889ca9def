import { parseAddress } from '../../api/ip/address.ts';
import { addressAt, offsetOf, parseRange, sizeOf } from '../../api/ip/range.ts';

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
  const range = parseRange(cidr);
  if (range?.family !== 'IPv4' || range.prefix < 8 || range.prefix > 30) {
    throw new Error(`service address range ${cidr} must be an IPv4 range between /8 and /30`);
  }
  const size = Number(sizeOf(range)) - 2;
  return {
    cidr,
    size,
    addressAt: (index) => addressAt(range, index + 1),
    indexOf(text) {
      const address = parseAddress(text);
      const offset = address && offsetOf(range, address);
      const index = Number(offset ?? 0) - 1;
      return index >= 0 && index < size ? index : undefined;
    },
  };
}

import { familyOf, formatAddress, parseAddress, unmapped } from '../ip/address.ts';
import { parseRange } from '../ip/range.ts';
import { isOfScope } from '../ip/scope.ts';

/** Messages about addresses and ranges; apimachinery `pkg/util/validation/ip.go`. */

export function ipErrors(text: string): string[] {
  const address = parseAddress(text);
  if (address !== undefined) {
    return unmapped(address) === address ? [] : ['must not be an IPv4-mapped IPv6 address'];
  }
  return familyOf(withoutZeros(text)) === undefined
    ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
    : ['must not have leading 0s'];
}

/** An address in its shortest form, as names of objects have it. */
export function canonicalIPErrors(text: string): string[] {
  const errors = ipErrors(text);
  const address = parseAddress(text);
  if (errors.length > 0 || address === undefined) return errors;
  const canonical = formatAddress(address);
  return canonical === text ? [] : [`must be in canonical form ("${canonical}")`];
}

/** An address with a prefix length, and nothing behind the prefix. */
export function cidrErrors(text: string): string[] {
  const [address = '', length = ''] = text.split('/');
  const range = parseRange(text);
  if (range === undefined || /^0./.test(length)) {
    return parseRange(`${withoutZeros(address)}/${length.replace(/^0+(?=.)/, '')}`) === undefined
      ? ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']
      : ['must not have leading 0s in IP or prefix length'];
  }
  const first = parseAddress(address);
  if (first !== undefined && unmapped(first) !== first) return ['must not have an IPv4-mapped IPv6 address'];
  return first?.value === range.base ? [] : ['must not have bits set beyond the prefix length'];
}

/** An IPv4 address, also at the end of an IPv6 one, as Go once read it. */
function withoutZeros(text: string): string {
  return text.replace(/(?:\d+\.){3}\d+$/, (part) => part.replace(/\b0+(?=\d)/g, ''));
}

/** Addresses that no endpoint may have: loopback, link-local, multicast, unspecified (core `ValidateNonSpecialIP`). */
export function specialIPErrors(text: string): string[] {
  const address = parseAddress(text);
  if (address === undefined) return [];
  const errors: string[] = [];
  if (isOfScope(address, 'unspecified')) errors.push(`may not be unspecified (${text})`);
  if (isOfScope(address, 'loopback')) errors.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (isOfScope(address, 'linkLocal')) {
    errors.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (isOfScope(address, 'linkLocalMulticast')) {
    errors.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return errors;
}

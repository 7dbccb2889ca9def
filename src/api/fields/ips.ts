import { familyOf, parseAddress } from '../ip/address.ts';
import { parseRange } from '../ip/range.ts';
import { isOfScope } from '../ip/scope.ts';

/** Messages about addresses and ranges; apimachinery `pkg/util/validation/ip.go`. */

export function ipErrors(text: string): string[] {
  return familyOf(text) === undefined
    ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
    : [];
}

/** An address with a prefix length; host bits may be set. */
export function cidrErrors(text: string): string[] {
  return parseRange(text) === undefined
    ? ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']
    : [];
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

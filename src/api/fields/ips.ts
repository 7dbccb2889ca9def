import { familyOf, type IPAddress, parseAddress, unmapped } from '../ip/address.ts';
import { includes, type IPRange, parseRange } from '../ip/range.ts';

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

const rangesOf = (...texts: string[]): readonly IPRange[] =>
  texts.map(parseRange).filter((range) => range !== undefined);

const UNSPECIFIED = rangesOf('0.0.0.0/32', '::/128');
const LOOPBACK = rangesOf('127.0.0.0/8', '::1/128');
const LINK_LOCAL = rangesOf('169.254.0.0/16', 'fe80::/10');
/** In IPv6 the scope is 2, whatever the flags before it. */
const LINK_LOCAL_MULTICAST = rangesOf(
  '224.0.0.0/24',
  ...Array.from({ length: 16 }, (_, flags) => `ff${flags.toString(16)}2::/16`),
);

/** Addresses that no endpoint may have: loopback, link-local, multicast, unspecified (core `ValidateNonSpecialIP`). */
export function specialIPErrors(text: string): string[] {
  const parsed = parseAddress(text);
  if (parsed === undefined) return [];
  // An IPv4 address in an IPv6 dress leads where the IPv4 address does.
  const address: IPAddress = unmapped(parsed);
  const isIn = (ranges: readonly IPRange[]): boolean => ranges.some((range) => includes(range, address));
  const errors: string[] = [];
  if (isIn(UNSPECIFIED)) errors.push(`may not be unspecified (${text})`);
  if (isIn(LOOPBACK)) errors.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (isIn(LINK_LOCAL)) errors.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (isIn(LINK_LOCAL_MULTICAST))
    errors.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return errors;
}

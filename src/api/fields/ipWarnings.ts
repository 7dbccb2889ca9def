import { formatAddress, parseAddress } from '../ip/address.ts';
import { formatRange, parseRange } from '../ip/range.ts';
import type { FieldPath } from './fieldErrors.ts';

/** What is told of a valid address that is not in its shortest form (apimachinery `validation.GetWarningsForIP`). */
export function addressWarnings(path: FieldPath, text: string): string[] {
  const address = parseAddress(text);
  if (address?.family !== 'IPv6') return [];
  const canonical = formatAddress(address);
  return canonical === text ? [] : [notCanonical(path, 'address', text, canonical)];
}

/** The same of a range (`validation.GetWarningsForCIDR`). */
export function rangeWarnings(path: FieldPath, text: string): string[] {
  const range = parseRange(text);
  if (range?.family !== 'IPv6') return [];
  const canonical = formatRange(range);
  return canonical === text ? [] : [notCanonical(path, 'CIDR value', text, canonical)];
}

function notCanonical(path: FieldPath, what: string, text: string, canonical: string): string {
  return `${path.toString()}: IPv6 ${what} ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`;
}

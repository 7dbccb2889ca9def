import { formatAddress, isIPv4, parseAddress } from '../../api/ip/address.ts';

const V4 = '.in-addr.arpa';
const V6 = '.ip6.arpa';

/** The address that a reverse name stands for; undefined for other names. IPv6 in the form that the API stores. */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith(V4)) {
    const parts = name.slice(0, -V4.length).split('.');
    const address = parts.reverse().join('.');
    return isIPv4(address) ? address : undefined;
  }
  if (name.endsWith(V6)) {
    const digits = name.slice(0, -V6.length).split('.');
    if (digits.length !== 32 || !digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
    const groups = (digits.reverse().join('').match(/.{4}/g) ?? []).join(':');
    const address = parseAddress(groups);
    return address && formatAddress(address);
  }
  return undefined;
}

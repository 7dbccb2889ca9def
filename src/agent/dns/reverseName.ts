const V4 = '.in-addr.arpa';
const V6 = '.ip6.arpa';

/** The address that a reverse name stands for; undefined for other names. IPv6 in the form that the API stores. */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith(V4)) {
    const parts = name.slice(0, -V4.length).split('.');
    const isAddress =
      parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
    return isAddress ? parts.reverse().join('.') : undefined;
  }
  if (name.endsWith(V6)) {
    const digits = name.slice(0, -V6.length).split('.');
    if (digits.length !== 32 || !digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
    const groups = (digits.reverse().join('').match(/.{4}/g) ?? []).join(':');
    // The URL parser writes addresses in their canonical short form.
    return new URL(`http://[${groups}]`).hostname.slice(1, -1);
  }
  return undefined;
}

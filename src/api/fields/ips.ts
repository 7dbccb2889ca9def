/** Addresses and ranges as texts; messages of apimachinery `pkg/util/validation/ip.go`. */

/** The four bytes of a dotted IPv4 address, undefined for anything else (leading zeros included). */
export function parseIPv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** The eight groups of an IPv6 address without zone, undefined for anything else. */
export function parseIPv6(text: string): readonly number[] | undefined {
  let source = text;
  const lastColon = source.lastIndexOf(':');
  if (lastColon < 0) return undefined;
  const tail = source.slice(lastColon + 1);
  if (tail.includes('.')) {
    const bytes = parseIPv4(tail);
    if (bytes === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    source = `${source.slice(0, lastColon + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groupsOf = (half: string | undefined): string[] =>
    half === undefined || half === '' ? [] : half.split(':');
  const head = groupsOf(halves[0]);
  const rest = groupsOf(halves[1]);
  if (![...head, ...rest].every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<string>(missing).fill('0'), ...rest].map((group) =>
    Number.parseInt(group, 16),
  );
}

export const isIPv4 = (text: string): boolean => parseIPv4(text) !== undefined;
export const isIPv6 = (text: string): boolean => parseIPv6(text) !== undefined;

export function ipErrors(text: string): string[] {
  return isIPv4(text) || isIPv6(text)
    ? []
    : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

/** An address with a prefix length; host bits may be set. */
export function cidrErrors(text: string): string[] {
  const [address = '', length = '', ...more] = text.split('/');
  const max = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  const valid = more.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= max;
  return valid ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

/** Addresses that no endpoint may have: loopback, link-local, multicast, unspecified (core `ValidateNonSpecialIP`). */
export function specialIPErrors(text: string): string[] {
  const v4 = parseIPv4(text);
  const v6 = v4 === undefined ? parseIPv6(text) : undefined;
  const [a = 0, b = 0, c = 0] = v4 ?? [];
  const [g = 0] = v6 ?? [];
  const rest = v6?.slice(0, 7).every((group) => group === 0) === true;
  const errors: string[] = [];
  if (v4?.every((byte) => byte === 0) === true || (rest && v6[7] === 0)) {
    errors.push(`may not be unspecified (${text})`);
  }
  if ((v4 !== undefined && a === 127) || (rest && v6[7] === 1)) {
    errors.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  }
  if ((v4 !== undefined && a === 169 && b === 254) || (v6 !== undefined && (g & 0xffc0) === 0xfe80)) {
    errors.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (
    (v4 !== undefined && a === 224 && b === 0 && c === 0) ||
    (v6 !== undefined && (g & 0xff0f) === 0xff02)
  ) {
    errors.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return errors;
}

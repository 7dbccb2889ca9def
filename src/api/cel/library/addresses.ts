import { ADDRESS_BITS, formatAddress, type IPAddress, parseAddress, unmapped } from '../../ip/address.ts';
import { flat, sizeAt, traversal, traversesFirst } from '../cost/calls.ts';
import { add, ONE, type Range, scale, TRAVERSAL_FACTOR } from '../cost/estimates.ts';
import { global, type Library, member, type Overload } from '../declarations.ts';
import { codePoints } from '../operators.ts';
import { BOOL, INT, opaque, STRING } from '../types.ts';
import { CelError, OpaqueValue, type Value } from '../values.ts';

const IP = opaque('net.IP');
const CIDR = opaque('net.CIDR');

export class IPValue extends OpaqueValue {
  readonly typeName = 'net.IP';
  readonly address: IPAddress;

  constructor(address: IPAddress) {
    super();
    this.address = address;
  }

  equals(other: OpaqueValue): boolean {
    return (
      other instanceof IPValue &&
      other.address.family === this.address.family &&
      other.address.value === this.address.value
    );
  }
}

/** An address and a prefix. The bits behind the prefix are kept. */
export class CIDRValue extends OpaqueValue {
  readonly typeName = 'net.CIDR';
  readonly address: IPAddress;
  readonly prefix: number;

  constructor(address: IPAddress, prefix: number) {
    super();
    this.address = address;
    this.prefix = prefix;
  }

  /** The address without the bits behind the prefix. The prefix is this range's, or one of another length. */
  base(address: IPAddress = this.address): bigint {
    const rest = BigInt(ADDRESS_BITS[this.address.family] - this.prefix);
    return (address.value >> rest) << rest;
  }

  equals(other: OpaqueValue): boolean {
    return (
      other instanceof CIDRValue &&
      other.prefix === this.prefix &&
      other.address.family === this.address.family &&
      other.address.value === this.address.value
    );
  }
}

function parseIP(text: string): Value {
  if (text.includes('%') && parseAddress(text.slice(0, text.indexOf('%')))?.family === 'IPv6') {
    return new CelError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  }
  const address = parseAddress(text);
  if (address === undefined) {
    const quoted = JSON.stringify(text);
    return new CelError(
      `IP Address ${quoted} parse error during conversion from string: ParseAddr(${quoted}): unable to parse IP`,
    );
  }
  if (isMapped(address)) {
    return new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  }
  return new IPValue(address);
}

function isMapped(address: IPAddress): boolean {
  return unmapped(address) !== address;
}

function parseCIDR(text: string): Value {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (
    address === undefined ||
    !/^(0|[1-9]\d{0,2})$/.test(length) ||
    Number(length) > ADDRESS_BITS[address.family]
  ) {
    const quoted = JSON.stringify(text);
    const reason =
      slash < 0 ? "no '/'" : address === undefined ? 'unable to parse IP' : 'bad bits after slash';
    const context = 'network address parse error during conversion from string: ';
    return new CelError(`${context}${context}netip.ParsePrefix(${quoted}): ${reason}`);
  }
  if (isMapped(address)) {
    return new CelError(
      `network address parse error during conversion from string: IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`,
    );
  }
  return new CIDRValue(address, Number(length));
}

const isValue =
  (parse: (text: string) => Value) =>
  (text: string): Value =>
    !(parse(text) instanceof CelError);

/** Whether an address of either family begins with these bits: `[of IPv4, of IPv6]`. */
function startsWith(
  four: readonly [bits: bigint, count: number],
  six: readonly [bits: bigint, count: number],
) {
  return ({ address: { family, value } }: IPValue): boolean => {
    const [bits, count] = family === 'IPv4' ? four : six;
    return value >> BigInt(ADDRESS_BITS[family] - count) === bits;
  };
}

const isUnspecified = startsWith([0n, 32], [0n, 128]);
const isLoopback = startsWith([127n, 8], [1n, 128]);
const isMulticast = startsWith([0xen, 4], [0xffn, 8]);
const isLinkLocalUnicast = startsWith([0xa9fen, 16], [0x3fan, 10]);
const isBroadcast = startsWith([0xffffffffn, 32], [-1n, 128]);

function isLinkLocalMulticast({ address: { family, value } }: IPValue): boolean {
  return family === 'IPv4' ? value >> 8n === 0xe00000n : ((value >> 112n) & 0xff0fn) === 0xff02n;
}

function isGlobalUnicast(ip: IPValue): boolean {
  return ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((is) => is(ip));
}

function containsIP(range: CIDRValue, ip: Value): Value {
  if (!(ip instanceof IPValue)) return ip;
  return ip.address.family === range.address.family && range.base(ip.address) === range.base();
}

function containsCIDR(range: CIDRValue, other: Value): Value {
  if (!(other instanceof CIDRValue)) return other;
  // Upstream uses the other range's address as it is, so bits behind this range's prefix make it no part of it.
  return (
    other.address.family === range.address.family &&
    other.prefix >= range.prefix &&
    range.base(other.address) === range.base()
  );
}

const BYTES: Range = { min: 4, max: 16 };
const COMPARISON = scale(add(BYTES, BYTES), TRAVERSAL_FACTOR);

/** Octets of an address. */
function octets({ address }: CIDRValue): number {
  return ADDRESS_BITS[address.family] / 8;
}

/** The cost of comparing octets, more for a range within, and of parsing the text if there is one. */
function compares(range: boolean, text: boolean): Pick<Overload, 'cost' | 'estimate'> {
  return {
    cost: (of, other) => {
      const size = of instanceof CIDRValue ? octets(of) : 1;
      const cost = traversal(size * 2) + (range ? traversal(size) + 1 : 0);
      return cost + (text ? traversal(codePoints(String(other))) : 0);
    },
    estimate: (args) => {
      const cost = range ? add(COMPARISON, add(scale(BYTES, TRAVERSAL_FACTOR), ONE)) : COMPARISON;
      return { cost: text ? add(cost, scale(sizeAt(args, 1), TRAVERSAL_FACTOR)) : cost };
    },
  };
}

/** Upstream estimates only the cost of a call. */
const reads = { cost: traversesFirst().cost };
const one = flat(1);
const test = (name: string, id: string, is: (ip: IPValue) => boolean): ReturnType<typeof member> =>
  member(name, id, [IP], BOOL, is, one);

/** Addresses and ranges (`k8s.io/apiserver/pkg/cel/library/ip.go`, `cidr.go`). */
export const ADDRESSES: Library = {
  functions: [
    global('ip', 'string_to_ip', [STRING], IP, parseIP, reads),
    global('isIP', 'is_ip', [STRING], BOOL, isValue(parseIP), reads),
    global(
      'ip.isCanonical',
      'ip_is_canonical',
      [STRING],
      BOOL,
      (text: string) => {
        const ip = parseIP(text);
        return ip instanceof IPValue ? formatAddress(ip.address) === text : ip;
      },
      { cost: traversesFirst(2).cost },
    ),
    member(
      'family',
      'ip_family',
      [IP],
      INT,
      ({ address }: IPValue) => (address.family === 'IPv4' ? 4 : 6),
      one,
    ),
    test('isUnspecified', 'ip_is_unspecified', isUnspecified),
    test('isLoopback', 'ip_is_loopback', isLoopback),
    test('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    test('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    test('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
    global('string', 'ip_to_string', [IP], STRING, ({ address }: IPValue) => formatAddress(address)),
    global('cidr', 'string_to_cidr', [STRING], CIDR, parseCIDR, reads),
    global('isCIDR', 'is_cidr', [STRING], BOOL, isValue(parseCIDR), reads),
    member(
      'containsIP',
      'cidr_contains_ip_string',
      [CIDR, STRING],
      BOOL,
      (range: CIDRValue, text: string) => containsIP(range, parseIP(text)),
      compares(false, true),
    ),
    member('containsIP', 'cidr_contains_ip_ip', [CIDR, IP], BOOL, containsIP, compares(false, false)),
    member(
      'containsCIDR',
      'cidr_contains_cidr_string',
      [CIDR, STRING],
      BOOL,
      (range: CIDRValue, text: string) => containsCIDR(range, parseCIDR(text)),
      compares(true, true),
    ),
    member('containsCIDR', 'cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCIDR, compares(true, false)),
    member('ip', 'cidr_ip', [CIDR], IP, ({ address }: CIDRValue) => new IPValue(address), one),
    member('prefixLength', 'cidr_prefix_length', [CIDR], INT, ({ prefix }: CIDRValue) => prefix, one),
    member(
      'masked',
      'cidr_masked',
      [CIDR],
      CIDR,
      (range: CIDRValue) =>
        new CIDRValue({ family: range.address.family, value: range.base() }, range.prefix),
      one,
    ),
    global(
      'string',
      'cidr_to_string',
      [CIDR],
      STRING,
      ({ address, prefix }: CIDRValue) => `${formatAddress(address)}/${prefix}`,
    ),
  ],
  types: [IP, CIDR],
};

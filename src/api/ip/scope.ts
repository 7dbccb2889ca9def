import { type IPAddress, unmapped } from './address.ts';
import { includes, type IPRange, parseRange } from './range.ts';

const rangesOf = (...texts: string[]): readonly IPRange[] =>
  texts.map(parseRange).filter((range) => range !== undefined);

const RANGES = {
  unspecified: rangesOf('0.0.0.0/32', '::/128'),
  loopback: rangesOf('127.0.0.0/8', '::1/128'),
  linkLocal: rangesOf('169.254.0.0/16', 'fe80::/10'),
  /** In IPv6 the scope is 2, whatever the flags before it. */
  linkLocalMulticast: rangesOf(
    '224.0.0.0/24',
    ...Array.from({ length: 16 }, (_, flags) => `ff${flags.toString(16)}2::/16`),
  ),
  multicast: rangesOf('224.0.0.0/4', 'ff00::/8'),
  broadcast: rangesOf('255.255.255.255/32'),
} as const;

export type Scope = keyof typeof RANGES;

/** An IPv4 address in an IPv6 dress (`::ffff:127.0.0.1`) leads where the IPv4 address does. */
export function isOfScope(address: IPAddress, scope: Scope): boolean {
  return RANGES[scope].some((range) => includes(range, unmapped(address)));
}

/** Whether an address leads to one machine, and from every machine to the same one (Go `IP.IsGlobalUnicast`). */
export function isGlobalUnicast(address: IPAddress): boolean {
  const others = ['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'] as const;
  return !others.some((scope) => isOfScope(address, scope));
}

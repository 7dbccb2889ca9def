import { type IPAddress, parseAddress } from '../../api/ip/address.ts';
import { includes, rangeOf } from '../../api/ip/range.ts';

/** An IPv4 address of this machine with the length of its network's prefix. */
export interface LocalAddress {
  readonly interface: string;
  readonly address: string;
  readonly prefix: number;
}

/** A route of this machine; prefix 0 for the default. */
export interface LocalRoute {
  readonly interface: string;
  readonly network: string;
  readonly prefix: number;
  readonly metric: number;
}

/** Every VirtualBox VM has the same address on its NAT interface, as has every QEMU guest with user networking. */
const NAT_ADDRESS = '10.0.2.15';
const NAT_HOST = '10.0.2.2';

/**
 * The addresses by which a node may be known, the main one first: on the network on which the control plane (`server`,
 * an IPv4 address) is, else on the interface by which the kernel reaches it, else the first one. A NAT address that
 * every machine has is none of them, unless the control plane is a neighbour on that very network.
 */
export function orderAddresses(
  local: readonly LocalAddress[],
  routes: readonly LocalRoute[],
  server: string | undefined,
): readonly string[] {
  const target = server === undefined ? undefined : parseAddress(server);
  const isOwn = ({ address, prefix }: LocalAddress): boolean =>
    address !== NAT_ADDRESS ||
    (target !== undefined && server !== NAT_HOST && isOn({ network: address, prefix }, target));
  const candidates = local.filter(isOwn);
  const main =
    target === undefined ? undefined : (neighbourOf(candidates, target) ?? by(candidates, routes, target));
  const addresses = candidates.map(({ address }) => address);
  if (main === undefined) return addresses;
  return [main.address, ...addresses.filter((address) => address !== main.address)];
}

function neighbourOf(candidates: readonly LocalAddress[], target: IPAddress): LocalAddress | undefined {
  const onNetwork = candidates.filter(({ address, prefix }) => isOn({ network: address, prefix }, target));
  return onNetwork.sort((a, b) => b.prefix - a.prefix)[0];
}

/** The first address of the interface that the kernel would choose: longest prefix, then lowest metric. */
function by(
  candidates: readonly LocalAddress[],
  routes: readonly LocalRoute[],
  target: IPAddress,
): LocalAddress | undefined {
  const [route] = routes
    .filter((each) => isOn(each, target))
    .sort((a, b) => b.prefix - a.prefix || a.metric - b.metric);
  return candidates.find((candidate) => candidate.interface === route?.interface);
}

function isOn({ network, prefix }: { network: string; prefix: number }, target: IPAddress): boolean {
  const address = parseAddress(network);
  return address !== undefined && includes(rangeOf(address, prefix), target);
}

/** The routes in `/proc/net/route`: addresses are hexadecimal in the machine's own byte order, which is little endian. */
export function parseRoutes(text: string): readonly LocalRoute[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [name = '', destination = '', , flags = '', , , metric = '', mask = ''] = line.split('\t');
      if ((Number.parseInt(flags, 16) & ROUTE_UP) === 0) return [];
      const network = Buffer.from(destination, 'hex').reverse();
      const prefix = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
      return [{ interface: name, network: network.join('.'), prefix, metric: Number(metric) }];
    });
}

const ROUTE_UP = 1;

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
  const target = server === undefined ? undefined : numberOf(server);
  const isOwn = ({ address, prefix }: LocalAddress): boolean =>
    address !== NAT_ADDRESS ||
    (target !== undefined && server !== NAT_HOST && contains({ network: address, prefix }, target));
  const candidates = local.filter(isOwn);
  const main =
    target === undefined ? undefined : (neighbourOf(candidates, target) ?? by(candidates, routes, target));
  const addresses = candidates.map(({ address }) => address);
  if (main === undefined) return addresses;
  return [main.address, ...addresses.filter((address) => address !== main.address)];
}

function neighbourOf(candidates: readonly LocalAddress[], target: number): LocalAddress | undefined {
  const onNetwork = candidates.filter(({ address, prefix }) =>
    contains({ network: address, prefix }, target),
  );
  return onNetwork.sort((a, b) => b.prefix - a.prefix)[0];
}

/** The first address of the interface that the kernel would choose: longest prefix, then lowest metric. */
function by(
  candidates: readonly LocalAddress[],
  routes: readonly LocalRoute[],
  target: number,
): LocalAddress | undefined {
  const [route] = routes
    .filter((each) => contains(each, target))
    .sort((a, b) => b.prefix - a.prefix || a.metric - b.metric);
  return candidates.find((candidate) => candidate.interface === route?.interface);
}

function contains({ network, prefix }: { network: string; prefix: number }, target: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor((numberOf(network) ?? NaN) / size) === Math.floor(target / size);
}

/** Undefined for what is no IPv4 address (a name). */
function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  const isAddress = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
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

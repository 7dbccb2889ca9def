import { createHash } from 'node:crypto';
import { chains, MARK_FOR_MASQUERADE, maps } from '../nftables/base.ts';
import { type Piece, PieceBuilder } from '../nftables/piece.ts';
import type { ServicePort, Target } from './servicePort.ts';

/**
 * The rules of one service port (after kube-proxy's nftables mode, KEP-3866):
 *
 * - `svc-…` balances over all targets, `loc-…` over those of this node;
 * - `ext-…` is where external addresses and node ports come in: marks for masquerading and goes on as the external
 *   traffic policy says;
 * - `ep-…` translates to one target, and notes the client where there is affinity.
 *
 * A port whose traffic nobody can take is refused, or dropped where other nodes could take it.
 */
export function servicePiece(port: ServicePort, clusterCIDR: string): Piece {
  const piece = new PieceBuilder();
  const id = idOf(port.name);
  const { protocol, clusterIP, targets, localTargets } = port;
  const all = `svc-${id}`;
  const local = `loc-${id}`;
  const external = `ext-${id}`;
  const address = (ip: string): string => `${ip} . ${protocol} . ${port.port}`;
  const hasExternal = port.externalAddresses.length > 0 || port.nodePort !== undefined;
  const refusal = targets.length === 0 ? `goto ${chains.reject}` : 'drop';

  piece.element(maps.clusterAddresses, clusterIP);
  // Answers must come back this way where the client would not send them here by itself: it is no pod.
  // Balancing serves other addresses as well, which mark for themselves.
  const fromOutside = `ip daddr ${clusterIP} ${protocol} dport ${port.port} ip saddr != ${clusterCIDR} ${MARK_FOR_MASQUERADE}`;
  const used = new Map<string, Target>();
  const balance = (chain: string, over: readonly Target[]): void => {
    for (const target of over) used.set(endpointChain(id, target), target);
    piece.chain(chain, fromOutside, ...balancing(id, port, over));
  };

  const internal = port.internalLocal ? localTargets : targets;
  if (internal.length > 0) {
    piece.element(maps.serviceAddresses, address(clusterIP), `goto ${port.internalLocal ? local : all}`);
  } else {
    piece.element(maps.deadAddresses, address(clusterIP), refusal);
  }

  if (hasExternal) {
    const answering = port.externalLocal ? localTargets : targets;
    // Traffic of pods and of the node itself may use every target, whatever the policy for outsiders.
    if (targets.length > 0) piece.chain(external, ...externalRules(port, clusterCIDR, { all, local }));
    for (const ip of port.externalAddresses) {
      if (targets.length > 0) piece.element(maps.serviceAddresses, address(ip), `goto ${external}`);
      if (answering.length === 0) piece.element(maps.deadAddresses, address(ip), refusal);
    }
    if (port.nodePort !== undefined) {
      const key = `${protocol} . ${port.nodePort}`;
      if (targets.length > 0) piece.element(maps.nodePorts, key, `goto ${external}`);
      if (answering.length === 0) piece.element(maps.deadNodePorts, key, refusal);
    }
  }

  if (targets.length > 0 && (!port.internalLocal || hasExternal)) balance(all, targets);
  if (localTargets.length > 0 && (port.internalLocal || (port.externalLocal && hasExternal))) {
    balance(local, localTargets);
  }
  addEndpoints(piece, port, id, used);
  addFirewall(piece, port, id, address);
  return piece;
}

function externalRules(
  port: ServicePort,
  clusterCIDR: string,
  { all, local }: { readonly all: string; readonly local: string },
): readonly string[] {
  if (!port.externalLocal) return [MARK_FOR_MASQUERADE, `goto ${all}`];
  return [
    `ip saddr ${clusterCIDR} goto ${all}`,
    `fib saddr type local ${MARK_FOR_MASQUERADE} goto ${all}`,
    ...(port.localTargets.length > 0 ? [`goto ${local}`] : []),
  ];
}

function balancing(id: string, port: ServicePort, targets: readonly Target[]): readonly string[] {
  const sticky =
    port.affinitySeconds === undefined
      ? []
      : targets.map((target) => `ip saddr @${affinitySet(id, target)} goto ${endpointChain(id, target)}`);
  const choices = targets.map((target, i) => `${i} : goto ${endpointChain(id, target)}`).join(', ');
  return [...sticky, `numgen random mod ${targets.length} vmap { ${choices} }`];
}

function addEndpoints(
  piece: PieceBuilder,
  port: ServicePort,
  id: string,
  used: ReadonlyMap<string, Target>,
): void {
  for (const [chain, target] of used) {
    const rules = [
      // A pod that reaches itself through the service must see the answer come from there too.
      `ip saddr ${target.ip} ${MARK_FOR_MASQUERADE}`,
      `meta l4proto ${port.protocol} dnat to ${target.ip}:${target.port}`,
    ];
    if (port.affinitySeconds !== undefined) {
      const set = affinitySet(id, target);
      piece.set(set, `type ipv4_addr; flags dynamic,timeout; timeout ${port.affinitySeconds}s;`);
      rules.splice(1, 0, `update @${set} { ip saddr }`);
    }
    piece.chain(chain, ...rules);
  }
}

function addFirewall(
  piece: PieceBuilder,
  port: ServicePort,
  id: string,
  address: (ip: string) => string,
): void {
  if (port.restricted === undefined) return;
  const chain = `fw-${id}`;
  // A rule for each: a set refuses ranges that overlap.
  piece.chain(chain, ...port.restricted.sources.map((source) => `ip saddr ${source} return`), 'drop');
  for (const ip of port.restricted.addresses) piece.element(maps.firewalls, address(ip), `goto ${chain}`);
}

function endpointChain(id: string, { ip, port }: Target): string {
  return `ep-${id}-${ip}/${port}`;
}

function affinitySet(id: string, { ip, port }: Target): string {
  return `af-${id}-${ip}/${port}`;
}

/** Short, unique and readable: a digest and the beginning of the name. */
function idOf(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${digest}-${name.replace(/[^a-zA-Z0-9/.-]/g, '_').slice(0, 60)}`;
}

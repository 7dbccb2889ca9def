import { DisposableStore } from '../../base/disposable.ts';
import { isIPv4 } from '../../api/ip/address.ts';
import { pods } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { InformerFactory } from '../../client/informers.ts';
import { MARK_FOR_MASQUERADE, maps } from './nftables/base.ts';
import { type Piece, PieceBuilder } from './nftables/piece.ts';
import type { NftTable } from './nftables/table.ts';

export interface HostPortsOptions {
  readonly nodeName: string;
  readonly informers: InformerFactory;
  readonly table: NftTable;
}

export interface HostPorts {
  run(signal: AbortSignal): Promise<void>;
}

/** Ports of this node that lead to one of its pods (`hostPort`): what CNI's portmap does, in the node's own table. */
export function createHostPorts({ nodeName, informers, table }: HostPortsOptions): HostPorts {
  const informer = informers.for(pods, { fieldSelector: `spec.nodeName=${nodeName}` });

  const apply = (pod: Pod): void => table.set(pieceName(pod), hostPortPiece(pod));
  return {
    async run(signal) {
      await informer.whenSynced(signal).catch(() => undefined);
      if (signal.aborted) return;
      const subscriptions = new DisposableStore();
      subscriptions.add(
        informer.addHandler({
          onAdd(pod) {
            if (hasHostPorts(pod)) apply(pod);
          },
          onUpdate(pod, old) {
            if (hasHostPorts(pod) && addressOf(pod) !== addressOf(old)) apply(pod);
          },
          onDelete(pod) {
            if (hasHostPorts(pod)) table.set(pieceName(pod), undefined);
          },
        }),
      );
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      subscriptions.dispose();
    },
  };
}

/** Undefined while the pod has no address, and when it has ended. */
export function hostPortPiece(pod: Pod): Piece | undefined {
  const address = addressOf(pod);
  if (address === undefined) return undefined;
  const piece = new PieceBuilder();
  for (const { containerPort, hostPort, hostIP = '', protocol: name = 'TCP' } of portsOf(pod)) {
    const protocol = name.toLowerCase();
    const chain = `hp-${pod.metadata.uid}-${protocol}/${hostPort}`;
    piece.chain(
      chain,
      // The pod itself and the node would not see the answer come from where they asked.
      `ip saddr ${address} ${MARK_FOR_MASQUERADE}`,
      `fib saddr type local ${MARK_FOR_MASQUERADE}`,
      `meta l4proto ${protocol} dnat to ${address}:${containerPort}`,
    );
    if (hostIP === '' || hostIP === '0.0.0.0') {
      piece.element(maps.nodePorts, `${protocol} . ${hostPort}`, `goto ${chain}`);
    } else if (isIPv4(hostIP)) {
      piece.element(maps.serviceAddresses, `${hostIP} . ${protocol} . ${hostPort}`, `goto ${chain}`);
    }
  }
  return piece;
}

interface HostPort {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP?: string;
  readonly protocol?: string;
}

function portsOf(pod: Pod): readonly HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...pod.spec.containers].flatMap(({ ports = [] }) =>
    ports.filter((port): port is typeof port & { hostPort: number } => (port.hostPort ?? 0) > 0),
  );
}

/** Pods on the node's own network have their ports there anyway. */
function hasHostPorts(pod: Pod): boolean {
  return pod.spec.hostNetwork !== true && portsOf(pod).length > 0;
}

function addressOf({ status }: Pod): string | undefined {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  return (status?.podIPs ?? [{ ip: status?.podIP ?? '' }]).find(({ ip }) => isIPv4(ip))?.ip;
}

/** After the services' pieces in order of name: a node port of a service goes first. */
function pieceName(pod: Pod): string {
  return `~pod/${pod.metadata.uid}`;
}

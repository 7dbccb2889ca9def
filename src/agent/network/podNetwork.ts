import { isAborted } from '../../base/abort.ts';
import { exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { nodes } from '../../api/resources.ts';
import type { InformerFactory } from '../../client/informers.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import { BRIDGE, CNI_CONFIG_FILE, cniConfig } from './cni.ts';
import { chains } from './nftables/base.ts';
import { PieceBuilder } from './nftables/piece.ts';
import type { NftTable } from './nftables/table.ts';
import { applyRoutes, podRangeOf, routesTo, sameRoutes } from './routes.ts';
import { applyVxlan, routesOver, VXLAN_DEVICE, VXLAN_MTU, vxlanPeers } from './vxlan.ts';

/** The few files that the network lives by. */
export interface NetworkFiles {
  readText(file: string): Promise<string | undefined>;
  /** As a whole or not at all. */
  writeWhole(file: string, content: string): Promise<void>;
  /** In place: /proc does not rename. Rejects where there is no such switch. */
  writeSwitch(file: string, content: string): Promise<void>;
}

export interface PodNetworkOptions {
  readonly nodeName: string;
  readonly informers: InformerFactory;
  readonly cluster: ClusterSettings;
  readonly table: NftTable;
  readonly run: ProcessRunner;
  readonly files: NetworkFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface PodNetwork {
  run(signal: AbortSignal): Promise<void>;
}

const BRIDGED_PACKETS = '/proc/sys/net/bridge/bridge-nf-call-iptables';
/** A burst of kernel events is looked at once. */
const SETTLE_MS = 100;
const RETRY_MS = 5_000;
/** Interfaces of pods come and go all the time and carry no routes to other nodes. */
const POD_INTERFACE = /\b(veth\w*|cni0|lo)\b/;

/** Keeps the node's pod network as the Node objects say: CNI configuration, ways to other nodes, masquerading to the outside. */
export function createPodNetwork(options: PodNetworkOptions): PodNetwork {
  const { nodeName, cluster, table, run, files, clock, logger } = options;
  const informer = options.informers.for(nodes);
  const hold = table.hold();
  const isOverlay = cluster.podNetwork === 'vxlan';
  let range: string | undefined;

  async function configureOwnRange(): Promise<void> {
    const own = informer.get(undefined, nodeName);
    const next = own === undefined ? undefined : podRangeOf(own);
    if (next === undefined || next === range) return;
    table.set(
      'pod-network',
      new PieceBuilder().chain(
        chains.podEgress,
        `ip saddr ${next} ip daddr != ${cluster.clusterCIDR} masquerade fully-random`,
      ),
    );
    const config = cniConfig(next, isOverlay ? VXLAN_MTU : undefined);
    const old = await files.readText(CNI_CONFIG_FILE);
    if (old !== undefined && old !== config) {
      // The node has come back with another range: the bridge would keep the old gateway address.
      await run.run('ip', ['link', 'delete', BRIDGE]).catch(() => undefined);
    }
    if (old !== config) await files.writeWhole(CNI_CONFIG_FILE, config);
    range = next;
    logger.info('pod network configured', { podCIDR: next });
  }

  async function reachOtherNodes(): Promise<void> {
    if (!isOverlay) {
      await applyRoutes(run, logger, routesTo(informer.list(), nodeName));
    } else if (range !== undefined) {
      const peers = vxlanPeers(informer.list(), nodeName);
      await applyVxlan(run, range, peers);
      await applyRoutes(run, logger, routesOver(peers), VXLAN_DEVICE);
    }
  }

  async function setSwitches(): Promise<void> {
    await files.writeSwitch('/proc/sys/net/ipv4/ip_forward', '1');
    // Answers between pods on one bridge must pass the rules that translated the question.
    try {
      await files.writeSwitch(BRIDGED_PACKETS, '1').catch(async () => {
        // A machine with a kernel of its own loads the module when somebody asks for it.
        await run.run('modprobe', ['br_netfilter']);
        await files.writeSwitch(BRIDGED_PACKETS, '1');
      });
    } catch (error) {
      logger.warn(
        'bridged packets pass no rules: load br_netfilter, or pods cannot reach neighbours by service',
        { error },
      );
    }
  }

  /** Calls back when links, addresses or routes change that are none of the pods'. */
  async function watchKernel(signal: AbortSignal, changed: () => void): Promise<void> {
    const first = exponentialBackoff({ initialMs: 1_000, maxMs: 60_000 });
    let backoff = first;
    while (!isAborted(signal)) {
      const monitor = run.spawn('ip', ['-o', 'monitor', 'link', 'address', 'route'], { signal });
      let rest = '';
      monitor.stdout.setEncoding('utf8');
      monitor.stdout.on('data', (chunk: string) => {
        backoff = first;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        if (lines.some((line) => !POD_INTERFACE.test(line))) changed();
      });
      // Changes that happened while nobody watched are found by reading the state.
      changed();
      await monitor.exited.catch(() => undefined);
      if (isAborted(signal)) return;
      logger.warn("the watch of the kernel's network ended; it starts again");
      await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
      backoff = backoff.next();
    }
  }

  return {
    async run(signal) {
      await setSwitches();
      await informer.whenSynced(signal).catch(() => undefined);
      if (signal.aborted) return;
      let timer: Disposable | undefined;
      let working: Promise<void> = Promise.resolve();
      const reconcile = async (): Promise<void> => {
        try {
          await configureOwnRange();
          hold.dispose();
          await reachOtherNodes();
        } catch (error) {
          if (isAborted(signal)) return;
          logger.error('the pod network is not as it should be; it is tried again', { error });
          timer ??= clock.timeout(RETRY_MS, again);
        }
      };
      const again = (): void => {
        timer = undefined;
        working = working.then(reconcile);
      };
      const soon = (): void => {
        if (!isAborted(signal)) timer ??= clock.timeout(SETTLE_MS, again);
      };
      const subscription = informer.addHandler({
        onAdd: soon,
        onUpdate(node, old) {
          // Heartbeats change nothing that routes are made of.
          if (!sameRoutes(node, old)) soon();
        },
        onDelete: soon,
      });
      // The first time at once: pods wait for the configuration.
      working = working.then(reconcile);
      await watchKernel(signal, soon);
      subscription.dispose();
      timer?.dispose();
      await working;
    },
  };
}

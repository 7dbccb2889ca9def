import { isAborted } from '../../base/abort.ts';
import { exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { InformerFactory } from '../../client/informers.ts';
import { readText } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import { parseResolvConf } from '../hooks/dnsConfig.ts';
import { ClusterZone } from './clusterZone.ts';
import { createForwarder, type Upstream } from './forwarder.ts';
import { listen, type Listener } from './listener.ts';
import { createResponder } from './responder.ts';

export interface NodeDnsOptions {
  /** Its informers are asked for in this call: the owner of the factory starts it afterwards. */
  readonly informers: InformerFactory;
  readonly cluster: ClusterSettings;
  readonly run: ProcessRunner;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The node's own resolver configuration. Default /etc/resolv.conf. */
  readonly resolvConf?: () => Promise<string | undefined>;
}

export interface NodeDns {
  /** Answers on the cluster's DNS address until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const DNS_PORT = 53;

/** The cluster's DNS on this node: every pod asks its own node, on the one address that all know. */
export function createNodeDns(options: NodeDnsOptions): NodeDns {
  const { informers, cluster, run, clock, random, logger } = options;
  const resolvConf = options.resolvConf ?? ((): Promise<string | undefined> => readText('/etc/resolv.conf'));
  const zone = new ClusterZone(informers, cluster.clusterDomain, cluster.dnsAddress);

  async function upstreams(): Promise<readonly Upstream[]> {
    const { servers } = parseResolvConf((await resolvConf()) ?? '');
    // A node that asks its own DNS must not be asked back.
    return servers
      .filter((server) => server !== cluster.dnsAddress)
      .map((address) => ({ address, port: DNS_PORT }));
  }

  async function open(signal: AbortSignal): Promise<Listener | undefined> {
    const responder = createResponder({
      zone,
      forwarder: createForwarder({ upstreams, clock, random }),
      logger,
    });
    let backoff = exponentialBackoff({ initialMs: 200, maxMs: 10_000 });
    while (!isAborted(signal)) {
      try {
        await run.run('ip', ['address', 'replace', `${cluster.dnsAddress}/32`, 'dev', 'lo']);
        return await listen({ address: cluster.dnsAddress, port: DNS_PORT, responder, logger, signal });
      } catch (error) {
        logger.error('the cluster DNS address cannot be had; it is tried again', { error });
        await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
        backoff = backoff.next();
      }
    }
    return undefined;
  }

  return {
    async run(signal) {
      const listener = await open(signal);
      if (listener === undefined) return;
      logger.info('cluster DNS answers', { address: cluster.dnsAddress });
      if (!isAborted(signal)) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      }
      await listener.close();
    },
  };
}

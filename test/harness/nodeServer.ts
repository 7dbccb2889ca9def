import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { certifyKey, createCa, issueCertificate, type CertifiedKey } from '../../src/host/certificates.ts';
import { startHttpsListener } from '../../src/host/httpsListener.ts';
import { agentBundle, createBootstrapService } from '../../src/nodes/bootstrapService.ts';
import { createEnrolment } from '../../src/nodes/enrolment.ts';
import { createNodeGateway } from '../../src/nodes/gateway.ts';
import { createNodeHub, type NodeHub } from '../../src/nodes/hub.ts';
import { createEnrolmentTokens, type EnrolmentTokens } from '../../src/nodes/tokens.ts';
import type { ClusterSettings, NodeSettings } from '../../src/protocol/agentLink.ts';
import { secretsClient } from './secretsClient.ts';

export const TEST_CLUSTER: ClusterSettings = {
  clusterName: 'test',
  clusterDomain: 'cluster.local',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
};

/** The nodes' side of a control plane on a TLS port of its own, without an API server behind it. */
export interface NodeServer {
  readonly url: string;
  readonly ca: CertifiedKey;
  readonly hub: NodeHub;
  readonly tokens: EnrolmentTokens;
  readonly digest: string;
  /** A client certificate of this node, as enrolment gives. */
  certify(node: string): Promise<CertifiedKey>;
  /** Cuts every connection and stops listening. */
  stop(): Promise<void>;
}

export interface NodeServerOptions {
  readonly address?: string;
  readonly port?: number;
  readonly ca?: CertifiedKey;
  readonly tokens?: EnrolmentTokens;
  readonly agent?: Uint8Array;
  readonly settings?: NodeSettings;
  /** What the server takes for the time. Default: the machine's. */
  readonly clock?: Clock;
  /** Where the server's certificate is for somebody else. */
  readonly certifiedAddress?: string;
}

export async function startNodeServer(options: NodeServerOptions = {}): Promise<NodeServer> {
  const { address = '127.0.0.1', port = 0, clock = systemClock, certifiedAddress = address } = options;
  const now = clock.now();
  const ca = options.ca ?? (await createCa('test-ca', now));
  const own = await issueCertificate(
    ca,
    { commonName: 'test', ipAddresses: [certifiedAddress], usage: 'server' },
    now,
  );
  const tokens =
    options.tokens ?? createEnrolmentTokens({ client: secretsClient(), clock, random: systemRandom });
  const bundle = agentBundle(options.agent ?? Buffer.from('// an agent'));
  const subject = (node: string) =>
    ({ commonName: `system:node:${node}`, organizations: ['system:nodes'], usage: 'client' }) as const;
  const logger = silentLogger;
  const hub = createNodeHub({
    clock,
    logger,
    agentDigest: bundle.digest,
    knows: (node) => tokens.knows(node),
  });
  const gateway = createNodeGateway({
    hub,
    bootstrap: createBootstrapService({
      bundle,
      tokens,
      clock,
      logger,
      settings: () => Promise.resolve(options.settings),
    }),
    enrolment: createEnrolment({
      tokens,
      certify: (publicKey, node) => certifyKey(ca, publicKey, subject(node), now),
      cluster: TEST_CLUSTER,
      logger,
    }),
    logger,
  });
  const listener = await startHttpsListener({
    addresses: [address],
    port,
    tls: { cert: own.cert, key: own.key, clientCa: ca.cert },
    request: (request, response, peer) => {
      if (gateway.request(request, response, peer)) return;
      response.writeHead(404, {});
      response.end();
    },
    upgrade: (_request, socket) => socket.destroy(),
  });
  gateway.register(listener);
  return {
    url: `https://${address}:${listener.port}`,
    ca,
    hub,
    tokens,
    digest: bundle.digest,
    certify: (node) => issueCertificate(ca, subject(node), now),
    async stop() {
      hub.dispose();
      await listener.close();
    },
  };
}

import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { createCa, issueCertificate, signCsr, type CertifiedKey } from '../../src/host/certificates.ts';
import { startHttpsListener } from '../../src/host/httpsListener.ts';
import { agentBundle, createBootstrapService } from '../../src/nodes/bootstrapService.ts';
import { createEnrolment } from '../../src/nodes/enrolment.ts';
import { createNodeGateway } from '../../src/nodes/gateway.ts';
import { createNodeHub, type NodeHub } from '../../src/nodes/hub.ts';
import { createEnrolmentTokens, type EnrolmentTokens } from '../../src/nodes/tokens.ts';
import type { ClusterSettings } from '../../src/protocol/agentLink.ts';
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
}

export async function startNodeServer(options: NodeServerOptions = {}): Promise<NodeServer> {
  const { address = '127.0.0.1', port = 0 } = options;
  const now = Date.now();
  const ca = options.ca ?? (await createCa('test-ca', now));
  const own = await issueCertificate(
    ca,
    { commonName: 'test', ipAddresses: [address], usage: 'server' },
    now,
  );
  const tokens =
    options.tokens ??
    createEnrolmentTokens({ client: secretsClient(), clock: systemClock, random: systemRandom });
  const bundle = agentBundle(options.agent ?? Buffer.from('// an agent'));
  const subject = (node: string) =>
    ({ commonName: `system:node:${node}`, organizations: ['system:nodes'], usage: 'client' }) as const;
  const logger = silentLogger;
  const hub = createNodeHub({ clock: systemClock, logger, agentDigest: bundle.digest });
  const gateway = createNodeGateway({
    hub,
    bootstrap: createBootstrapService({ bundle, tokens, logger }),
    enrolment: createEnrolment({
      tokens,
      sign: (csr, node) => signCsr(ca, csr, subject(node), now),
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

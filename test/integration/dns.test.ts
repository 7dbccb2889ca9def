import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { ClusterZone } from '../../src/agent/dns/clusterZone.ts';
import { createForwarder } from '../../src/agent/dns/forwarder.ts';
import { listen, type Listener } from '../../src/agent/dns/listener.ts';
import { createResponder } from '../../src/agent/dns/responder.ts';
import { endpointSlices, services } from '../../src/api/resources.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { FakeUpstream } from '../harness/dnsUpstream.ts';
import { MemoryCluster } from '../harness/memoryCluster.ts';
import { makeService, makeSlice } from '../harness/serviceObjects.ts';

describe('cluster DNS as dig sees it', () => {
  const cluster = new MemoryCluster();
  const stop = new AbortController();
  const upstream = new FakeUpstream();
  let listener: Listener;

  before(async () => {
    const zone = new ClusterZone(cluster.informers, 'cluster.local', '10.96.0.10');
    cluster.informer(services).put(makeService('web', '10.96.1.1'));
    cluster.informer(services).put(makeService('many', 'None', { clusterIPs: ['None'] }));
    const many = Array.from({ length: 200 }, (_, i) => `10.244.1.${i + 1}`);
    cluster.informer(endpointSlices).put(makeSlice('many', many));
    const upstreams = [await upstream.start()];
    const forwarder = createForwarder({
      upstreams: () => Promise.resolve(upstreams),
      clock: systemClock,
      random: systemRandom,
    });
    const responder = createResponder({ zone, forwarder, logger: silentLogger });
    listener = await listen({
      address: '127.0.0.1',
      port: 0,
      responder,
      logger: silentLogger,
      signal: stop.signal,
    });
  });

  after(async () => {
    stop.abort();
    await listener.close();
    await upstream.stop();
  });

  const dig = async (...args: string[]): Promise<string> => {
    const server = ['@127.0.0.1', '-p', String(listener.port), '+time=2', '+tries=1'];
    return (await systemProcesses.run('dig', [...server, ...args])).stdout;
  };

  it('A over UDP and TCP', async () => {
    assert.equal(await dig('+short', 'web.default.svc.cluster.local'), '10.96.1.1\n');
    assert.equal(await dig('+short', '+tcp', 'web.default.svc.cluster.local'), '10.96.1.1\n');
  });

  it('comes again over TCP after a truncated answer', async () => {
    const text = await dig('+short', '+bufsize=512', 'many.default.svc.cluster.local');
    assert.equal(text.trim().split('\n').length, 200);
  });

  it('forwards over TCP what came over TCP', async () => {
    assert.equal(await dig('+short', '+tcp', 'example.net'), '192.0.2.1\n');
    assert.equal(upstream.asked.at(-1), 'tcp A example.net');
  });

  it("NXDOMAIN with the zone's SOA", async () => {
    const text = await dig('none.default.svc.cluster.local');
    assert.match(text, /status: NXDOMAIN/);
    assert.match(text, /^cluster\.local\.\s+5\s+IN\s+SOA\s+ns\.dns\.cluster\.local\. hostmaster/m);
  });

  it('SRV and PTR', async () => {
    const srv = await dig('+short', 'SRV', '_http._tcp.web.default.svc.cluster.local');
    assert.equal(srv, '0 100 80 web.default.svc.cluster.local.\n');
    assert.equal(await dig('+short', '-x', '10.96.1.1'), 'web.default.svc.cluster.local.\n');
  });
});

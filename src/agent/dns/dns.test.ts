import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer, type RecordType } from 'dns-packet';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { systemRandom } from '../../base/random.ts';
import { endpointSlices, services } from '../../api/resources.ts';
import { FakeUpstream } from '../../../test/harness/dnsUpstream.ts';
import { MemoryCluster } from '../../../test/harness/memoryCluster.ts';
import { makeService, makeSlice } from '../../../test/harness/serviceObjects.ts';
import { ClusterZone } from './clusterZone.ts';
import { createForwarder, type Upstream } from './forwarder.ts';
import { listen, type Listener } from './listener.ts';
import { RCODES } from './message.ts';
import { createResponder } from './responder.ts';

const { FORMERR, NOTIMP, SERVFAIL } = RCODES;
const rcodeOf = ({ flags = 0 }: { flags?: number | undefined }): number => flags & 0xf;

describe('cluster DNS over UDP and TCP', () => {
  const cluster = new MemoryCluster();
  const stop = new AbortController();
  const upstream = new FakeUpstream();
  const clock = new FakeClock();
  let upstreams: readonly Upstream[];
  let listener: Listener;

  before(async () => {
    const many = Array.from({ length: 200 }, (_, i) => `10.244.1.${i + 1}`);
    const zone = new ClusterZone(cluster.informers, 'cluster.local', '10.96.0.10');
    cluster.informer(services).put(makeService('web', '10.96.1.1'));
    cluster.informer(services).put(makeService('many', 'None', { clusterIPs: ['None'] }));
    cluster.informer(endpointSlices).put(makeSlice('many', many));
    cluster
      .informer(services)
      .put(makeService('away', '', { type: 'ExternalName', externalName: 'example.com' }));
    cluster
      .informer(services)
      .put(makeService('near', '', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }));
    cluster
      .informer(services)
      .put(makeService('loop', '', { type: 'ExternalName', externalName: 'loop.default.svc.cluster.local' }));
    upstreams = [await upstream.start()];
    const forwarder = createForwarder({
      upstreams: () => Promise.resolve(upstreams),
      clock,
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
    assert.equal(clock.pending, 0);
  });

  /** Sends raw bytes over UDP and gives the answer. */
  async function exchange(message: Buffer): Promise<Buffer> {
    const socket = createSocket('udp4');
    try {
      socket.send(message, listener.port, '127.0.0.1');
      const [answer] = (await once(socket, 'message')) as [Buffer];
      return answer;
    } finally {
      socket.close();
    }
  }
  const query = (name: string, type: RecordType = 'A', additionals: Answer[] = []): Buffer =>
    encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ name, type }], additionals });
  const ask = async (name: string, type: RecordType = 'A'): Promise<ReturnType<typeof decode>> =>
    decode(await exchange(query(name, type)));
  const datas = (answers: readonly Answer[] | undefined): unknown[] =>
    (answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined));

  it('answers its own names with authority, under the id and question of the query', async () => {
    const answer = await ask('web.default.svc.cluster.local');
    assert.equal(answer.id, 4711);
    assert.equal(answer.flag_aa, true);
    assert.equal(answer.flag_rd, true);
    assert.deepEqual(
      answer.questions?.map(({ name }) => name),
      ['web.default.svc.cluster.local'],
    );
    assert.deepEqual(datas(answer.answers), ['10.96.1.1']);
  });

  it('truncates over UDP what does not fit, and sends all to a client that can take it', async () => {
    const name = 'many.default.svc.cluster.local';
    const plain = await exchange(query(name));
    assert.ok(plain.length <= 512, String(plain.length));
    const short = decode(plain);
    assert.equal(short.flag_tc, true);
    assert.ok((short.answers?.length ?? 0) > 0);
    const edns: Answer = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    };
    const whole = decode(await exchange(query(name, 'A', [edns])));
    assert.equal(whole.flag_tc, false);
    assert.equal(whole.answers?.length, 200);
    assert.equal(whole.additionals?.[0]?.type, 'OPT');
  });

  it("hands other names to the node's server and its answer back under the client's id", async () => {
    const answer = await ask('example.org');
    assert.equal(answer.id, 4711);
    assert.deepEqual(datas(answer.answers), ['192.0.2.1']);
    assert.equal(upstream.asked.at(-1), 'udp A example.org');
  });

  it('follows an ExternalName outside, inside, and never for ever', async () => {
    assert.deepEqual(datas((await ask('away.default.svc.cluster.local')).answers), [
      'example.com',
      '192.0.2.1',
    ]);
    assert.deepEqual(datas((await ask('near.default.svc.cluster.local')).answers), [
      'web.default.svc.cluster.local',
      '10.96.1.1',
    ]);
    assert.ok(((await ask('loop.default.svc.cluster.local')).answers?.length ?? 0) <= 9);
  });

  it('says SERVFAIL when no server answers in time, and asks the next one first', async () => {
    const [working] = upstreams;
    assert.ok(working !== undefined);
    upstream.silent = true;
    const count = upstream.asked.length;
    const failing = ask('slow.example.org');
    while (upstream.asked.length === count) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2_000);
    assert.equal(rcodeOf(await failing), SERVFAIL);
    upstream.silent = false;
    // Nobody listens on port 1: the next server is asked at once.
    upstreams = [{ address: '127.0.0.1', port: 1 }, working];
    assert.deepEqual(datas((await ask('second.example.org')).answers), ['192.0.2.1']);
    upstreams = [];
    assert.equal(rcodeOf(await ask('nowhere.example.org')), SERVFAIL);
    upstreams = [working];
  });

  it('says FORMERR to what it cannot read, NOTIMP to other operations, and nothing to answers', async () => {
    const broken = Buffer.concat([query('web.default.svc.cluster.local').subarray(0, 20)]);
    assert.equal(rcodeOf(decode(await exchange(broken))), FORMERR);
    const update = query('web.default.svc.cluster.local');
    update.writeUInt8(0x28, 2);
    assert.equal(rcodeOf(decode(await exchange(update))), NOTIMP);
    const response = query('web.default.svc.cluster.local');
    response.writeUInt8(0x80, 2);
    const socket = createSocket('udp4');
    let answers = 0;
    socket.on('message', () => answers++);
    socket.send(response, listener.port, '127.0.0.1');
    socket.send(query('web.default.svc.cluster.local'), listener.port, '127.0.0.1');
    await once(socket, 'message');
    socket.close();
    assert.equal(answers, 1);
  });
});

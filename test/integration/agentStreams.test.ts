import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import type { Status } from '../../src/api/status.ts';
import { spdyClient, type SpdyStream } from '../../src/agent/server/streams/spdy.ts';
import { upgradeToSpdy } from '../../src/agent/server/streams/spdyUpgrade.ts';
import { isReady } from '../harness/agent.ts';
import {
  type ContainerdAgent,
  type ContainerdWorld,
  script,
  sleeper,
  startContainerdWorld,
} from '../harness/containerdAgent.ts';

const V4 = 'v4.channel.k8s.io';
const V5 = 'v5.channel.k8s.io';

describe('streams of an agent on containerd', () => {
  let given: ContainerdWorld;
  let agent: ContainerdAgent;

  before(async () => {
    given = await startContainerdWorld({ name: 'streams', subnet: '10.201.5.0/24' });
    agent = await given.startAgent();
    // One that says what it is told, and one that answers on a port what it is asked.
    const talker = script('trap "echo ending; exit 3" TERM; while read line; do echo "heard $line"; done', {
      name: 'talker',
      stdin: true,
    });
    const server = script('nc -ll -p 7000 -e cat', { name: 'server' });
    await given.world.createPod('web', {
      containers: [sleeper, talker, server],
      terminationGracePeriodSeconds: 1,
    });
    await given.world.podUntil('web', isReady);
  });
  after(async () => {
    await given.removeAll();
    await agent.stop();
    await given.stop();
  });

  const exec = (protocol: string, query: string, ...command: string[]): Command =>
    new Command(
      agent.http.webSocket(
        `/exec/default/web/app?${command.map((part) => `command=${encodeURIComponent(part)}&`).join('')}${query}`,
        protocol,
      ),
    );

  for (const protocol of [V4, V5]) {
    it(`executes a command over ${protocol}: both outputs, input, and the exit code`, async () => {
      const command = exec(
        protocol,
        'input=1&output=1&error=1',
        ...['sh', '-c', 'read a; echo $a; echo no >&2; exit 7'],
      );
      await command.send(0, 'ping\n');
      const status = await command.ended;
      assert.deepEqual([command.output(1), command.output(2)], ['ping\n', 'no\n']);
      assert.equal(status.reason, 'NonZeroExitCode');
      assert.deepEqual(status.details?.causes, [{ reason: 'ExitCode', message: '7' }]);
    });
  }

  for (const [protocol, hasStatus] of [
    ['channel.k8s.io', false],
    ['base64.channel.k8s.io', false],
    ['v4.base64.channel.k8s.io', true],
  ] as const) {
    it(`executes a command over ${protocol}, for clients that have no newer one`, async () => {
      const query = 'command=sh&command=-c&command=read+a%3B+echo+%22got+%24a%22&input=1&output=1';
      const socket = agent.http.webSocket(`/exec/default/web/app?${query}`, protocol);
      const isText = protocol.includes('base64');
      const received: Record<number, string> = {};
      // In text, the channel is a digit before base64.
      socket.on('message', (data: Buffer, isBinary) => {
        assert.equal(isBinary, !isText);
        const channel = (data[0] ?? 0) - (isText ? '0'.charCodeAt(0) : 0);
        const payload = data.subarray(1);
        const text = (isText ? Buffer.from(payload.toString(), 'base64') : payload).toString();
        received[channel] = (received[channel] ?? '') + text;
      });
      await once(socket, 'open');
      assert.equal(socket.protocol, protocol);
      socket.send(isText ? `0${Buffer.from('ping\n').toString('base64')}` : Buffer.from('\0ping\n'));
      await once(socket, 'close');
      assert.equal(received[1], 'got ping\n');
      const status = received[3] === undefined ? undefined : (JSON.parse(received[3]) as Status).status;
      assert.equal(status, hasStatus ? 'Success' : undefined);
    });
  }

  it('ends the input alone, so that what reads to the end can answer', async () => {
    const command = exec(V5, 'input=1&output=1', 'wc', '-c');
    await command.send(0, 'x'.repeat(300_000));
    await command.send(255, '\0');
    assert.equal((await command.ended).status, 'Success');
    assert.equal(command.output(1).trim(), '300000');
  });

  it('carries much output to a slow client whole', async () => {
    const command = exec(V5, 'output=1', 'sh', '-c', 'yes 0123456789abcdef | head -c 30000000');
    command.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    command.socket.resume();
    assert.equal((await command.ended).status, 'Success');
    assert.equal(command.output(1).length, 30_000_000);
  });

  it('sets the size of a terminal', async () => {
    const command = exec(
      V5,
      'input=1&output=1&tty=1',
      ...['sh', '-c', 'while [ "$(stty size)" != "33 111" ]; do sleep 0.1; done; echo seen'],
    );
    await command.send(4, JSON.stringify({ Width: 111, Height: 33 }));
    assert.equal((await command.ended).status, 'Success');
    assert.match(command.output(1), /seen\r\n/);
  });

  it('says what cannot be done as a Status in the error channel', async () => {
    const missing = new Command(agent.http.webSocket('/exec/default/nobody/app?command=sh&output=1', V5));
    const { reason, message } = await missing.ended;
    assert.deepEqual(
      [reason, message],
      ['InternalError', 'Internal error occurred: unable to upgrade connection: pod "nobody" not found'],
    );
    const status = await exec(V5, 'output=1', 'no-such-program').ended;
    assert.match(status.message ?? '', /no-such-program/);
  });

  it("refuses a client of older protocols with kubelet's words", async () => {
    const socket = agent.http.webSocket('/exec/default/nobody/app?command=sh&output=1', V4);
    const [error] = (await once(socket, 'error')) as [Error];
    assert.match(error.message, /404/);
  });

  it('ends the command when its client goes', async () => {
    const command = exec(V5, 'input=1&output=1', 'sh', '-c', 'echo $$; cat; echo gone > /tmp/over');
    await command.outputs(1, /\d+/);
    command.socket.terminate();
    await exec(V5, 'output=1', 'sh', '-c', 'until [ -e /tmp/over ]; do sleep 0.05; done').ended;
  });

  it('attaches to a container: what it says from now on, and what it is told', async () => {
    for (const protocol of [V4, V5]) {
      const attached = new Command(
        agent.http.webSocket('/attach/default/web/talker?input=1&output=1&error=1', protocol),
      );
      await attached.send(0, `${protocol}\n`);
      await attached.outputs(1, new RegExp(`heard ${protocol}\n`));
      attached.socket.close();
      await once(attached.socket, 'close');
    }
  });

  it('forwards ports: several connections, each ended on its own, and a port where nobody listens', async () => {
    const spdy = await openForwarder(agent.http.streaming('/portForward/default/web'));
    const [one, two] = [spdy.connect(7000), spdy.connect(7000)];
    one.data.write('first ');
    two.data.end('second');
    assert.equal(await text(two.data), 'second');
    one.data.end('still here');
    assert.equal(await text(one.data), 'first still here');
    const refused = spdy.connect(7001);
    assert.match(await text(refused.error), /connection refused/);
    await spdy.close();
  });
});

/** A client of a command's WebSocket. */
class Command {
  readonly socket: WebSocket;
  /** The Status that the command ended with. */
  readonly ended: Promise<Status>;
  readonly #received: Buffer[][] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => (this.#received[data[0] ?? 0] ??= []).push(data.subarray(1)));
    this.ended = once(socket, 'close').then(() => JSON.parse(this.output(3)) as Status);
  }

  output(channel: number): string {
    return Buffer.concat(this.#received[channel] ?? []).toString();
  }

  async outputs(channel: number, pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output(channel))) await once(this.socket, 'message');
  }

  async send(channel: number, data: string): Promise<void> {
    if (this.socket.readyState === this.socket.CONNECTING) await once(this.socket, 'open');
    this.socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(data)]));
  }
}

interface Forwarder {
  /** A connection to a port of the pod: its bytes, and what went wrong with it. */
  connect(port: number): { readonly data: SpdyStream; readonly error: SpdyStream };
  close(): Promise<void>;
}

/** A client of port-forward as kubectl is one: two streams for each connection. */
async function openForwarder(address: URL): Promise<Forwarder> {
  const { socket, head, protocol } = await upgradeToSpdy(address, ['portforward.k8s.io']);
  assert.equal(protocol, 'portforward.k8s.io');
  const client = spdyClient(socket, head);
  let requests = 0;
  return {
    connect(port) {
      const request = { port: String(port), requestid: String(requests++) };
      const error = client.open({ streamtype: 'error', ...request });
      error.end();
      return { data: client.open({ streamtype: 'data', ...request }), error };
    },
    async close() {
      socket.destroy();
      await once(socket, 'close');
    },
  };
}

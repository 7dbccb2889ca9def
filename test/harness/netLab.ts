import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type ProcessRunner, systemProcesses } from '../../src/host/processes.ts';

/** A process in a namespace that answers on a port with a fixed text and the address that it sees. */
export interface Responder {
  stop(): Promise<void>;
}

const SERVER = `
  const [protocol, port, text] = process.argv.slice(1);
  if (protocol === 'tcp') {
    require('net').createServer((s) => { s.on('error', () => {}); s.end(text + ' ' + s.remoteAddress); })
      .listen(+port, '0.0.0.0', () => console.log('ready'));
  } else {
    const s = require('dgram').createSocket('udp4');
    s.on('message', (_, from) => s.send(text + ' ' + from.address, from.port, from.address));
    s.bind(+port, '0.0.0.0', () => console.log('ready'));
  }
`;

const CLIENT = `
  const [protocol, host, port, sourcePort] = process.argv.slice(1);
  const out = (text) => { console.log(text); process.exit(0); };
  setTimeout(() => out('timeout'), 1500);
  if (protocol === 'tcp') {
    let data = '';
    require('net').connect(+port, host).setEncoding('utf8')
      .on('data', (d) => data += d).on('end', () => out(data)).on('error', (e) => out(e.code));
  } else {
    const s = require('dgram').createSocket('udp4');
    s.on('message', (m) => out(m.toString())).on('error', (e) => out(e.code));
    s.bind(+(sourcePort || 0), () => s.connect(+port, host, () => s.send('?')));
  }
`;

/**
 * Network namespaces of this test's own; nothing of the machine's own network is touched. `start` makes the usual ones:
 * a node with pods on a bridge in its namespace, and an outside client on a link of its own.
 */
export class NetLab {
  readonly #prefix: string;
  readonly #namespaces: string[] = [];
  readonly #running = new Set<Responder>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The node 172.31.0.1 with pods 10.244.0.x behind it, and the client 172.31.0.2. */
  async start(pods: readonly string[]): Promise<void> {
    await this.namespace('node');
    await this.bridgePods('node', '10.244.0', pods);
    await this.namespace('client');
    await this.link('client', 'eth0', 'node', 'eth0');
    await this.node.run('ip', ['addr', 'add', '172.31.0.1/24', 'dev', 'eth0']);
    await this.in('client').run('ip', ['addr', 'add', '172.31.0.2/24', 'dev', 'eth0']);
    await this.in('client').run('ip', ['route', 'add', 'default', 'via', '172.31.0.1']);
    await this.node.run('ip', ['route', 'add', 'default', 'via', '172.31.0.2']);
  }

  get node(): ProcessRunner {
    return this.in('node');
  }

  /** Runs commands inside a namespace. */
  in(name: string): ProcessRunner {
    const wrap = (command: string, args: readonly string[]): readonly string[] => [
      'netns',
      'exec',
      `${this.#prefix}-${name}`,
      command,
      ...args,
    ];
    return {
      run: (command, args, options) => systemProcesses.run('ip', wrap(command, args), options),
      spawn: (command, args, options) => systemProcesses.spawn('ip', wrap(command, args), options),
    };
  }

  /** Resolves once it listens. */
  async serve(name: string, protocol: 'tcp' | 'udp', port: number, text = name): Promise<Responder> {
    const args = ['netns', 'exec', `${this.#prefix}-${name}`, process.execPath, '-e', SERVER];
    const child: ChildProcessByStdio<null, Readable, null> = spawn(
      'ip',
      [...args, protocol, String(port), text],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', () => reject(new Error(`the server in ${name} ended`)));
    });
    const responder: Responder = {
      stop: async () => {
        this.#running.delete(responder);
        child.kill('SIGKILL');
        await exited;
      },
    };
    this.#running.add(responder);
    return responder;
  }

  /** What the server says (`text address-it-saw`), an error code, or `timeout`. */
  async ask(
    from: string,
    protocol: 'tcp' | 'udp',
    host: string,
    port: number,
    sourcePort = '',
  ): Promise<string> {
    const args = ['-e', CLIENT, protocol, host, String(port), sourcePort];
    const { stdout } = await this.in(from).run(process.execPath, args);
    return stdout.trim();
  }

  async stop(): Promise<void> {
    for (const responder of [...this.#running]) await responder.stop();
    for (const name of this.#namespaces) {
      await systemProcesses.run('ip', ['netns', 'del', name]).catch(() => undefined);
    }
  }

  async namespace(name: string): Promise<void> {
    const full = `${this.#prefix}-${name}`;
    await systemProcesses.run('ip', ['netns', 'del', full]).catch(() => undefined);
    await systemProcesses.run('ip', ['netns', 'add', full]);
    this.#namespaces.push(full);
    await this.in(name).run('ip', ['link', 'set', 'lo', 'up']);
  }

  /** A cable from one namespace to another. */
  async link(a: string, deviceA: string, b: string, deviceB: string): Promise<void> {
    const peer = ['peer', 'name', deviceB, 'netns', `${this.#prefix}-${b}`];
    await this.in(a).run('ip', ['link', 'add', deviceA, 'type', 'veth', ...peer]);
    await this.in(a).run('ip', ['link', 'set', deviceA, 'up']);
    await this.in(b).run('ip', ['link', 'set', deviceB, 'up']);
  }

  /** What CNI does on a node: PREFIX.1 on a bridge, and pods `pod1`, `pod2`, … behind it as PREFIX.11, PREFIX.12, …. */
  async bridgePods(node: string, prefix: string, pods: readonly string[], mtu = 1_500): Promise<void> {
    const run = this.in(node);
    await run.run('ip', ['link', 'add', 'cni0', 'type', 'bridge']);
    await run.run('ip', ['addr', 'add', `${prefix}.1/24`, 'dev', 'cni0']);
    await run.run('ip', ['link', 'set', 'cni0', 'up']);
    for (const pod of pods) {
      const number = Number(pod.slice(3));
      await this.namespace(pod);
      await this.link(pod, 'eth0', node, `veth${number}`);
      await run.run('ip', ['link', 'set', `veth${number}`, 'mtu', String(mtu), 'master', 'cni0']);
      await run.run('ip', ['link', 'set', `veth${number}`, 'type', 'bridge_slave', 'hairpin', 'on']);
      await this.in(pod).run('ip', ['link', 'set', 'eth0', 'mtu', String(mtu)]);
      await this.in(pod).run('ip', ['addr', 'add', `${prefix}.${10 + number}/24`, 'dev', 'eth0']);
      await this.in(pod).run('ip', ['route', 'add', 'default', 'via', `${prefix}.1`]);
    }
  }
}

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileExists } from '../../src/host/files.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { openClusters } from '../harness/dockerCluster.ts';

const root = path.resolve(import.meta.dirname, '../..');
const never = new AbortController().signal;
const name = `start-${process.pid}`;
/** Without a line for longer than this, a user thinks that it hangs: five seconds, and what a busy machine adds. */
const SILENCE_MS = 10_000;

/** `npm start` as a user runs it. */
class Start {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<unknown>;
  longestSilence = 0;

  constructor(home: string, ...args: string[]) {
    // A group of its own, as a terminal gives it one.
    this.process = spawn('node', ['scripts/start.mjs', '--name', name, '--nodes', '1', ...args], {
      cwd: root,
      env: { ...process.env, WHEELHOUSE_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.ended = once(this.process, 'exit');
    let last = Date.now();
    let rest = '';
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.longestSilence = Math.max(this.longestSilence, Date.now() - last);
      last = Date.now();
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
      this.process.emit('lines');
    });
  }

  /** Resolves with the first line that matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.process.exitCode !== null) assert.fail(`it ended:\n${this.lines.join('\n')}`);
      await Promise.race([once(this.process, 'lines'), this.ended]);
    }
  }

  get log(): Promise<string> {
    return readFile(/(\/\S+\.log)/.exec(this.lines.join('\n'))![1]!, 'utf8');
  }
}

describe('npm start', function () {
  this.timeout(240_000);
  let home: string;
  let start: Start | undefined;
  let editorPort: string;

  before(async () => (home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-start-'))));
  afterEach(async () => {
    // What a test has left when it failed.
    if (start?.process.exitCode === null && start.process.signalCode === null) {
      start.process.kill('SIGTERM');
      await start.ended;
    }
  });
  after(async () => {
    const clusters = openClusters(home);
    if ((await clusters.names()).includes(name)) await clusters.delete(name, never);
    await rm(home, { recursive: true, force: true });
  });

  const kubectl = async (...args: string[]): Promise<string> => {
    const env = { KUBECONFIG: path.join(home, 'clusters', name, 'kubeconfig') };
    return (await systemProcesses.run('kubectl', args, { env })).stdout.trim();
  };
  const replicas = (): Promise<string> =>
    kubectl('get', 'deployment/sample', '-o', 'jsonpath={.spec.replicas}');
  const isRunning = async (): Promise<boolean> => {
    const { machines, owner } = await openClusters(home).get(name);
    return owner !== undefined || machines.some(({ state }) => state === 'running');
  };
  const untilStopped = async (): Promise<void> => {
    while (await isRunning()) await sleep(200);
  };

  it('tells each step with its time, keeps no silence, and opens an editor whose token no log has', async () => {
    start = new Start(home);
    const address = await start.line(/^Editor /);
    await start.line(/^Sample .*Hello from Wheelhouse/);
    assert.match(start.lines.join('\n'), /\[\d\/10\] cluster: \S+ is there \([\d.]+ s, left: /);
    assert.ok(start.longestSilence < SILENCE_MS, `${start.longestSilence} ms without a line`);
    const token = /token=([\w-]{32})$/.exec(address)![1]!;
    const log = await start.log;
    assert.ok(!log.includes(token));
    assert.match(log, /\$ .*scripts\/build\.mjs/);
    editorPort = new URL(address.split(/\s+/)[1]!).port;
    await kubectl('scale', 'deployment/sample', '--replicas=4');
  });

  it('stops cluster and control plane when its terminal is closed', async () => {
    start!.process.kill('SIGHUP');
    await start!.ended;
    assert.equal(await isRunning(), false);
  });

  it('resumes, leaves what the user changed, loads no image again, and keeps the editor’s port', async () => {
    start = new Start(home);
    const address = await start.line(/^Editor /);
    await start.line(/^Sample /);
    assert.equal(new URL(address.split(/\s+/)[1]!).port, editorPort);
    assert.equal(await replicas(), '4');
    assert.ok(!start.lines.some((line) => /loading its image|applying/.test(line)), start.lines.join('\n'));
  });

  it('stops all of it when it is killed', async () => {
    start!.process.kill('SIGKILL');
    await start!.ended;
    await untilStopped();
  });

  it('stops all of it when nobody reads its output any more', async () => {
    start = new Start(home, '--no-editor');
    await start.line(/cluster: Starting the control plane/);
    start.process.stdout?.destroy();
    await start.ended;
    assert.equal(await isRunning(), false);
  });

  it('a second Ctrl-C says what goes on in the background, which then stops all the same', async () => {
    start = new Start(home, '--no-editor');
    await start.line(/^Sample /);
    start.process.kill('SIGINT');
    await start.line(/^Stopping/);
    start.process.kill('SIGINT');
    await start.ended;
    assert.equal(start.process.exitCode, 130);
    assert.match(start.lines.join('\n'), /still being stopped in the background/);
    await untilStopped();
    assert.equal(await fileExists(path.join(home, 'clusters', name, 'owner.json')), false);
  });
});

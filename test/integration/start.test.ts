import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileExists } from '../../src/host/files.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { npm } from '../../scripts/setup/npm.mjs';
import { openClusters } from '../harness/dockerCluster.ts';
import { Start } from '../harness/start.ts';

const never = new AbortController().signal;
const name = `start-${process.pid}`;
/** Without a line for longer than this, a user thinks that it hangs: five seconds, and what a busy machine adds. */
const SILENCE_MS = 10_000;

describe('npm start', function () {
  this.timeout(240_000);
  let home: string;
  let start: Start | undefined;
  let editorPort: string;

  before(async () => (home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-start-'))));
  afterEach(async () => {
    // What a test has left when it failed.
    await start?.end('SIGTERM');
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

  it('tells each step and keeps no silence, its token is in no log, and all stops when its terminal is closed', async () => {
    start = new Start(home, name);
    const address = await start.editor();
    await start.line(/^Sample .*Hello from Wheelhouse/);
    assert.match(start.lines.join('\n'), /\[\d\/10\] cluster: \S+ is there \([\d.]+ s, left: /);
    assert.ok(start.longestSilence < SILENCE_MS, `${start.longestSilence} ms without a line`);
    const token = /token=([\w-]{32})$/.exec(address)![1]!;
    const log = await start.log;
    assert.ok(!log.includes(token));
    assert.match(log, /\$ .*scripts\/build\.mjs/);
    editorPort = new URL(address).port;
    await kubectl('scale', 'deployment/sample', '--replicas=4');
    start.process.kill('SIGHUP');
    await start.ended;
    assert.equal(await isRunning(), false);
  });

  it('resumes, leaves what the user changed, loads no image again, keeps the editor’s port; killed, all of it stops', async () => {
    start = new Start(home, name);
    const address = await start.editor();
    await start.line(/^Sample /);
    assert.equal(new URL(address).port, editorPort);
    assert.equal(await replicas(), '4');
    assert.ok(!start.lines.some((line) => /loading its image|applying/.test(line)), start.lines.join('\n'));
    start.process.kill('SIGKILL');
    await start.ended;
    await untilStopped();
  });

  it('a second one uses the cluster that runs, and leaves it running', async () => {
    start = new Start(home, name, '--no-editor');
    await start.line(/^Sample /);
    const second = new Start(home, name, '--no-editor');
    await second.line(/cluster: \S+ ran already/);
    await second.line(/^Ctrl-C ends this; the cluster ran before and goes on/);
    await second.end('SIGINT');
    assert.equal(await isRunning(), true);
    await start.end('SIGINT');
    assert.equal(await isRunning(), false);
  });

  it('stops all of it when nobody reads its output any more', async () => {
    start = new Start(home, name, '--no-editor');
    await start.line(/cluster: Starting the control plane/);
    start.process.stdout?.destroy();
    await start.ended;
    assert.equal(await isRunning(), false);
  });

  it('a second Ctrl-C says what goes on in the background, which then stops all the same', async () => {
    start = new Start(home, name, '--no-editor');
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

describe('npm for the set-up', () => {
  const failing = (message: string) => () => Promise.reject(new Error(message));

  it('says that no registry answers, and where to look', async () => {
    await assert.rejects(
      npm(failing('npm ci: exit code 1\nnpm error errno: ECONNREFUSED'), ['ci'], { cwd: '/' }),
      /^Error: npm reaches no registry \(ECONNREFUSED\)\. Look at the network, .* npm config get proxy/,
    );
    await assert.rejects(npm(failing('npm ci: exit code 1\nEUSAGE'), ['ci'], { cwd: '/' }), /EUSAGE/);
  });
});

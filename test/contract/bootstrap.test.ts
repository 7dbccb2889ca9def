import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { ensureIdentity, renewInTime, type EnrolmentOptions } from '../../src/agent/link/enrolment.ts';
import { agentBundle } from '../../src/nodes/bootstrapService.ts';
import { nodeFiles, type BootstrapConfig, type NodeFiles } from '../../src/protocol/agentLink.ts';
import { X509Certificate } from 'node:crypto';
import { startNodeServer, TEST_CLUSTER, type NodeServer } from '../harness/nodeServer.ts';

/** An agent that says which one it is and ends. The padding makes it several frames long. */
const agent = (name: string): Buffer =>
  Buffer.from(`console.log('${name} ' + process.env.WHEELHOUSE_AGENT_DIGEST);\n//${'x'.repeat(600_000)}`);

describe('bootstrap', () => {
  let server: NodeServer;
  let root: string;
  let files: NodeFiles;
  let config: BootstrapConfig;

  beforeEach(async () => {
    server = await startNodeServer({ agent: agent('first') });
    root = await mkdtemp(path.join(tmpdir(), 'wheelhouse-bootstrap-'));
    files = nodeFiles(root);
    await configure(await server.tokens.issue('n1'));
  });

  afterEach(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  const configure = async (token: string): Promise<void> => {
    config = {
      server: server.url,
      ca: server.ca.cert,
      nodeName: 'n1',
      token,
      node: { labels: {} },
    };
    await mkdir(path.dirname(files.config), { recursive: true });
    await writeFile(files.config, JSON.stringify(config), { mode: 0o600 });
  };
  const enrolment = (): EnrolmentOptions => ({
    config,
    file: files.identity,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });

  it('installs the offered agent, whole and verified, and becomes it', async () => {
    assert.deepEqual(await runBootstrap(root), [`first ${server.digest}`]);
    assert.equal(agentBundle(await readFile(files.bundle)).digest, server.digest);
    assert.equal((await stat(files.bundle)).mode & 0o777, 0o600);
  });

  it('renews the agent where another is offered, by the certificate once there is one', async () => {
    await runBootstrap(root);
    await ensureIdentity(enrolment(), new AbortController().signal);
    await configure('n1.spent');
    const { ca, tokens, url } = server;
    await server.stop();
    server = await startNodeServer({ ca, tokens, port: Number(new URL(url).port), agent: agent('second') });
    assert.deepEqual(await runBootstrap(root), [`second ${server.digest}`]);
  });

  it('takes over what the node is declared to be now, and keeps the rest of its configuration', async () => {
    const { ca, tokens, url } = server;
    await server.stop();
    const settings = { labels: { 'topology.kubernetes.io/zone': 'b' }, providerID: 'docker://c/n1' };
    const port = Number(new URL(url).port);
    server = await startNodeServer({ ca, tokens, port, agent: agent('first'), settings });
    await runBootstrap(root);
    assert.deepEqual(JSON.parse(await readFile(files.config, 'utf8')), { ...config, node: settings });
    assert.equal((await stat(files.config)).mode & 0o777, 0o600);
  });

  it('falls back to the last verified agent where the control plane does not answer', async () => {
    await runBootstrap(root);
    const { digest } = server;
    await server.stop();
    assert.deepEqual(await runBootstrap(root), [`first ${digest}`]);
  });

  it('waits for the control plane where it has no agent yet', async () => {
    const { ca, tokens, url } = server;
    await server.stop();
    const child = startBootstrap(root);
    const [complaint] = (await once(createInterface(child.stderr), 'line')) as [string];
    assert.match(complaint, /no agent from https:/);
    server = await startNodeServer({ ca, tokens, port: Number(new URL(url).port), agent: agent('late') });
    assert.deepEqual(await linesOf(child), [`late ${server.digest}`]);
  });

  it('trusts no other authority', async () => {
    const other = await startNodeServer({ agent: agent('evil') });
    await writeFile(files.config, JSON.stringify({ ...config, server: other.url }));
    const child = startBootstrap(root);
    const [complaint] = (await once(createInterface(child.stderr), 'line')) as [string];
    child.kill();
    await once(child, 'close');
    await other.stop();
    assert.match(complaint, /certificate/);
    await assert.rejects(stat(files.bundle));
  });

  it('ensureIdentity() enrols once, keeps key and certificate for the owner only, and finds them again', async () => {
    const { signal } = new AbortController();
    const identity = await ensureIdentity(enrolment(), signal);
    const certificate = new X509Certificate(identity.cert);
    assert.ok(certificate.verify(new X509Certificate(server.ca.cert).publicKey));
    assert.deepEqual(certificate.subject.split('\n').sort(), ['CN=system:node:n1', 'O=system:nodes']);
    assert.deepEqual(identity.cluster, TEST_CLUSTER);
    assert.equal((await stat(files.identity)).mode & 0o777, 0o600);
    assert.deepEqual(await ensureIdentity(enrolment(), signal), identity);
  });

  it('renewInTime() gets a certificate for a new key by the old certificate', async () => {
    const { signal } = new AbortController();
    const first = await ensureIdentity(enrolment(), signal);
    // Two thirds of its life are over.
    const clock = { ...systemClock, now: () => Date.now() + 300 * 86_400_000 };
    const second = await renewInTime({ ...enrolment(), clock }, first, signal);
    assert.notEqual(second.key, first.key);
    assert.equal(new X509Certificate(second.cert).subject, new X509Certificate(first.cert).subject);
    assert.deepEqual(await ensureIdentity(enrolment(), signal), second);
  });
});

type Bootstrap = ChildProcessByStdio<null, Readable, Readable>;

function startBootstrap(root: string): Bootstrap {
  const script = path.join(import.meta.dirname, '../../src/bootstrap.ts');
  return spawn(process.execPath, [script], {
    env: { ...process.env, WHEELHOUSE_ROOT: root },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function runBootstrap(root: string): Promise<readonly string[]> {
  return linesOf(startBootstrap(root));
}

async function linesOf(child: Bootstrap): Promise<readonly string[]> {
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0);
  return text.trim().split('\n');
}

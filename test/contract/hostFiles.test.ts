import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runLink, type AgentHandlers } from '../../src/agent/link/link.ts';
import { createHostFiles } from '../../src/agent/node/hostFiles.ts';
import { withHostFiles } from '../../src/agent/server/hostFilesHandler.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createDeferred, type Deferred } from '../../src/base/deferred.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { readText, writeWhole } from '../../src/host/files.ts';
import { createNodeDialer } from '../../src/nodes/dialer.ts';
import { giveHostFiles, type HostFilesGiver } from '../../src/nodes/hostFiles.ts';
import { HOST_FILES_PATH, nodeFiles, OWNER_AUTHORITY, type HostFiles } from '../../src/protocol/agentLink.ts';
import { startNodeServer, type NodeServer } from '../harness/nodeServer.ts';

const CONTAINERD = 4711;

/** A node's link to a control plane that knows how its desktop reaches the world. */
describe('files of the desktop', () => {
  let root: string;
  let server: NodeServer;
  let giver: HostFilesGiver;
  let stop: AbortController;
  let running: Promise<void>;
  /** What the desktop has now. */
  let desktop: HostFiles | undefined;
  /** Resolves when containerd is ended, to be started again. */
  let ended: Deferred<number>;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'wheelhouse-host-files-'));
    await writeWhole(nodeFiles(root).containerdPid, String(CONTAINERD));
    server = await startNodeServer();
    await server.tokens.issue('n1');
    desktop = undefined;
    ended = createDeferred();
    giver = giveHostFiles({
      hub: server.hub,
      dialer: createNodeDialer(server.hub),
      read: () => Promise.resolve(desktop),
      logger: silentLogger,
    });
    stop = new AbortController();
    running = Promise.resolve();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    giver.dispose();
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  const link = async (): Promise<void> => {
    const certificate = await server.certify('n1');
    const connected = createDeferred<undefined>();
    const subscription = server.hub.onConnected(() => connected.resolve(undefined));
    const handlers: AgentHandlers = {
      handle: (_request, response) => response.end('kubelet'),
      upgrade: (_path, tunnel) => tunnel.destroy(),
    };
    const take = createHostFiles({
      files: nodeFiles(root),
      end: (pid) => ended.resolve(pid),
      logger: silentLogger,
    });
    running = runLink(
      {
        target: () => Promise.resolve({ server: server.url, ca: server.ca.cert, ...certificate }),
        handlers: withHostFiles(handlers, take, silentLogger),
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        onRenew: () => undefined,
      },
      stop.signal,
    );
    await connected.promise;
    subscription.dispose();
  };
  const ask = async (
    method: string,
    url: string,
    text?: string,
    by: 'request' | 'requestAsOwner' = 'requestAsOwner',
  ): Promise<string> => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(text ?? ''));
    };
    const answer = await createNodeDialer(server.hub)[by]('n1', {
      method,
      path: url,
      // What a user of the API's proxy could try.
      headers: by === 'request' ? { ':authority': OWNER_AUTHORITY, host: OWNER_AUTHORITY } : {},
      ...(text === undefined ? {} : { body: body() }),
      signal: new AbortController().signal,
    });
    let said = '';
    for await (const chunk of answer.body) said += Buffer.from(chunk).toString();
    return `${answer.code} ${said}`;
  };

  it('reach a node as it connects', async () => {
    desktop = { proxy: "HTTP_PROXY='http://proxy.corp'\n", certificates: 'PEM\n' };
    await link();
    assert.equal(await ended.promise, CONTAINERD);
    assert.equal(await readText(nodeFiles(root).proxy), desktop.proxy);
    assert.equal(await readText(nodeFiles(root).certificates), 'PEM\n');
  });

  it('reach a node that is linked when they change', async () => {
    await link();
    desktop = { proxy: 'P' };
    giver.changed();
    assert.equal(await ended.promise, CONTAINERD);
    assert.equal(await readText(nodeFiles(root).proxy), 'P');
  });

  it('are refused in words that hold nothing of them; all else is the agent’s', async () => {
    await link();
    assert.equal(await ask('PUT', HOST_FILES_PATH, 'secret'), '400 the files are no JSON object');
    assert.equal(await ask('GET', HOST_FILES_PATH), '405 only PUT is supported');
    assert.equal(await ask('GET', '/healthz'), '200 kubelet');
    assert.equal(await ask('PUT', HOST_FILES_PATH, '{}'), '200 ');
  });

  it('are taken from the owner alone: what the API’s proxy asks is the agent’s to answer', async () => {
    await link();
    const files = JSON.stringify({ certificates: 'EVIL' });
    assert.equal(await ask('PUT', HOST_FILES_PATH, files, 'request'), '200 kubelet');
    assert.equal(await readText(nodeFiles(root).certificates), undefined);
  });
});

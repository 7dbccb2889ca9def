import assert from 'node:assert/strict';
import { createHostFiles } from '../../src/agent/node/hostFiles.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { Machine } from '../../src/cluster/machines/contract.ts';
import { hostFiles, machineFiles } from '../../src/cluster/machines/hostEnvironment.ts';
import { readText } from '../../src/host/files.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { answersTcp } from '../../src/host/tcp.ts';
import { nodeFiles, type HostFiles } from '../../src/protocol/agentLink.ts';
import {
  containerNodes,
  docker,
  HOST_NETWORK_POD,
  rootOf,
  until,
  withRuntime,
} from '../harness/containerNode.ts';
import {
  type CorporateNetwork,
  IMAGE,
  REGISTRY,
  startCorporateNetwork,
} from '../harness/corporateNetwork.ts';

const never = new AbortController().signal;
const quiet = { report: () => undefined };
const cluster = `test-env-${process.pid}`;

/** A real container node on a desktop that reaches the world through a company's proxy. */
describe('a node behind a proxy', function () {
  this.timeout(600_000);
  const provider = containerNodes();
  let network: CorporateNetwork;
  let machine: Machine;
  let files: HostFiles;

  before(async () => {
    await provider.prepare(cluster, quiet, never);
    const { address: hostAddress } = await provider.hostAddress(cluster);
    network = await startCorporateNetwork(hostAddress);
    const credentials = `${network.user}:${encodeURIComponent(network.password)}`;
    const warnings: string[] = [];
    files = await hostFiles(
      {
        // As on the desktop: the node is led to the address where it listens for it.
        httpsProxy: `http://${credentials}@127.0.0.1:${network.proxyPort}`,
        noProxy: [],
        certificates: [network.authority],
      },
      { networks: [], hostAddress, answers: answersTcp, warn: (message) => warnings.push(message) },
    );
    assert.deepEqual(warnings, []);
    machine = await provider.create({ cluster, name: 'n1', files: machineFiles(files) }, quiet, never);
  });

  // containerd keeps its connections for the next pull.
  afterEach(() => network.cut());

  after(async () => {
    await provider.delete(machine, never);
    await provider.cleanUp(cluster);
    await network.stop();
  });

  it('pulls through the proxy from a registry with a certificate of the company’s own', async () => {
    await withRuntime(machine, async (runtime) => {
      await runtime.images.pull(IMAGE, undefined, never);
      assert.deepEqual((await runtime.images.status(IMAGE))?.tags, [IMAGE]);
    });
    assert.deepEqual([...new Set(network.connected)], [`${REGISTRY}:443`]);
  });

  it('keeps the proxy’s password to root, and out of its log', async () => {
    const { stdout } = await systemProcesses.run('docker', [
      'exec',
      machine.id,
      'stat',
      '-c',
      '%a %u',
      nodeFiles().proxy,
    ]);
    assert.equal(stdout.trim(), '600 0');
    const log = await systemProcesses.run('docker', ['logs', machine.id]);
    assert.doesNotMatch(`${log.stdout}${log.stderr}`, /ss(%20| )word/);
  });

  it('takes over what changes while it runs, and its pods go on', async () => {
    const late = await provider.create({ cluster, name: 'n2', files: [] }, quiet, never);
    const root = await rootOf(late);
    const containerd = (): Promise<string | undefined> => readText(nodeFiles(root).containerdPid);
    const end = async (pid: number): Promise<void> => {
      // The number that it has inside.
      const exec = await docker.getContainer(late.id).exec({ Cmd: ['sh', '-c', `kill ${pid}`] });
      await exec.start({});
    };
    const take = createHostFiles({
      files: nodeFiles(root),
      end: (pid) => void end(pid),
      logger: silentLogger,
    });
    try {
      await withRuntime(late, async (runtime) => {
        await runtime.runSandbox(HOST_NETWORK_POD);
        const pods = await runtime.list();
        await assert.rejects(runtime.images.pull(IMAGE, undefined, never), /lookup|no such host|resolve/);
        const before = await containerd();
        await take(files);
        await until(async () => assert.notEqual(await containerd(), before));
        await until(() => runtime.version());
        await runtime.images.pull(IMAGE, undefined, never);
        // Certificates count at once.
        const after = await containerd();
        network.cut();
        await take({ proxy: files.proxy ?? '' });
        assert.equal(await containerd(), after);
        await assert.rejects(runtime.images.pull(IMAGE, undefined, never), /certificate/);
        assert.deepEqual(await runtime.list(), pods);
        assert.equal(pods.length, 1);
      });
    } finally {
      await provider.delete(late, never);
    }
  });
});

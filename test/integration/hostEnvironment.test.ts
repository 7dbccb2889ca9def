import assert from 'node:assert/strict';
import path from 'node:path';
import Docker from 'dockerode';
import { createContainerdRuntime } from '../../src/agent/runtime/containerd/containerd.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Machine, MachineProvider } from '../../src/cluster/machines/contract.ts';
import { createDockerMachines } from '../../src/cluster/machines/docker/dockerMachines.ts';
import { readBuildFiles } from '../../src/cluster/machines/docker/nodeImage.ts';
import { hostEnvironmentFiles, PROXY_FILE } from '../../src/cluster/machines/hostEnvironment.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { answersTcp } from '../../src/host/tcp.ts';
import {
  type CorporateNetwork,
  IMAGE,
  REGISTRY,
  startCorporateNetwork,
} from '../harness/corporateNetwork.ts';

const docker = new Docker();
const never = new AbortController().signal;
const quiet = { report: () => undefined };
const cluster = `test-env-${process.pid}`;

/** A real container node on a desktop that reaches the world through a company's proxy. */
describe('a node behind a proxy', function () {
  this.timeout(600_000);
  const imageFiles = () => readBuildFiles(path.join(import.meta.dirname, '../../resources/node'));
  const provider: MachineProvider = createDockerMachines({ docker, processes: systemProcesses, imageFiles });
  let network: CorporateNetwork;
  let machine: Machine;

  before(async () => {
    await provider.prepare(cluster, quiet, never);
    const hostAddress = await provider.hostAddress(cluster);
    network = await startCorporateNetwork(hostAddress);
    const credentials = `${network.user}:${encodeURIComponent(network.password)}`;
    const warnings: string[] = [];
    const files = await hostEnvironmentFiles(
      {
        // As on the desktop: the node is led to the address where it listens for it.
        httpsProxy: `http://${credentials}@127.0.0.1:${network.proxyPort}`,
        noProxy: [],
        certificates: [network.authority],
      },
      { networks: [], hostAddress, answers: answersTcp, warn: (message) => warnings.push(message) },
    );
    assert.deepEqual(warnings, []);
    machine = await provider.create({ cluster, name: 'n1', files }, quiet, never);
  });

  // containerd keeps its connections for the next pull.
  afterEach(() => network.cut());

  after(async () => {
    await provider.delete(machine, never);
    await provider.cleanUp(cluster);
    await network.stop();
  });

  it('pulls through the proxy from a registry with a certificate of the company’s own', async () => {
    const { State } = await docker.getContainer(machine.id).inspect();
    const runtime = createContainerdRuntime({
      socketPath: `/proc/${State.Pid}/root/run/containerd/containerd.sock`,
      clock: systemClock,
    });
    try {
      await until(() => runtime.version());
      await runtime.images.pull(IMAGE, undefined, never);
      assert.deepEqual((await runtime.images.status(IMAGE))?.tags, [IMAGE]);
    } finally {
      runtime.close();
    }
    assert.deepEqual([...new Set(network.connected)], [`${REGISTRY}:443`]);
  });

  it('keeps the proxy’s password to root, and out of its log', async () => {
    const { stdout } = await systemProcesses.run('docker', [
      'exec',
      machine.id,
      'stat',
      '-c',
      '%a %u',
      PROXY_FILE,
    ]);
    assert.equal(stdout.trim(), '600 0');
    const log = await systemProcesses.run('docker', ['logs', machine.id]);
    assert.doesNotMatch(`${log.stdout}${log.stderr}`, /ss(%20| )word/);
  });
});

async function until(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await systemClock.sleep(100);
    }
  }
}

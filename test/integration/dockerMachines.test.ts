import assert from 'node:assert/strict';
import Docker from 'dockerode';
import { MachineError, type Machine } from '../../src/cluster/machines/contract.ts';
import { createDockerMachines } from '../../src/cluster/machines/docker/dockerMachines.ts';
import { CLUSTER_LABEL } from '../../src/cluster/machines/docker/labels.ts';
import { nodeImageTag } from '../../src/cluster/machines/docker/nodeImage.ts';
import { imageMaking } from '../../src/desktop/imageMaking.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { machinesContract } from '../contract/machines.suite.ts';
import {
  containerNodes,
  docker,
  HOST_NETWORK_POD,
  imageFiles,
  withRuntime,
} from '../harness/containerNode.ts';

const never = new AbortController().signal;
const quiet = { report: () => undefined };
const cluster = `test-${process.pid}`;

const provider = containerNodes();

/** Building the node image for the first time takes minutes. */
describe('Docker', function () {
  this.timeout(600_000);

  before(async () => {
    await provider.prepare(cluster, quiet, never);
  });

  after(async () => {
    await provider.cleanUp(cluster);
    assert.deepEqual(await leftovers(), []);
  });

  machinesContract('docker', () => Promise.resolve({ provider, cluster }));

  describe('a container node', () => {
    let machine: Machine;

    before(async () => {
      // The contract's suite has taken the network away with its own machines.
      await provider.prepare(cluster, quiet, never);
      machine = await provider.create(
        {
          cluster,
          name: 'n1',
          files: [{ path: '/etc/wheelhouse/bootstrap.json', content: '{"token":"secret"}', mode: 0o600 }],
          ports: [{ node: 30080, host: 0 }],
        },
        quiet,
        never,
      );
    });

    after(() => provider.delete(machine, never));

    it('finds its files as they were given, with their modes', async () => {
      assert.equal(
        await run('stat -c "%a %u" /etc/wheelhouse/bootstrap.json; cat /etc/wheelhouse/bootstrap.json'),
        '600 0\n{"token":"secret"}',
      );
    });

    it('publishes its ports on loopback only', async () => {
      const { NetworkSettings } = await docker.getContainer(machine.id).inspect();
      const [binding, ...others] = NetworkSettings.Ports['30080/tcp'] ?? [];
      assert.deepEqual([binding?.HostIp, others], ['127.0.0.1', []]);
      assert.ok(Number(binding?.HostPort) > 0);
    });

    it('has the host at its gateway', async () => {
      assert.equal(
        await run('ip -4 route show default | cut -d " " -f 3'),
        (await provider.hostAddress(cluster)).address,
      );
    });

    it('runs a pod’s sandbox and a container of a loaded image with crun', async () => {
      await loadBusybox('wheelhouse-test-busybox:1');
      await withRuntime(machine, async (runtime) => {
        const sandbox = await runtime.runSandbox(HOST_NETWORK_POD);
        const id = await runtime.createContainer(
          sandbox,
          {
            name: 'c',
            attempt: 0,
            image: 'docker.io/library/wheelhouse-test-busybox:1',
            command: ['/busybox', 'sleep', '600'],
            args: [],
            workingDir: '',
            env: [{ name: 'K', value: 'V' }],
            mounts: [],
            labels: {},
            annotations: {},
            logPath: 'c.log',
            stdin: false,
            stdinOnce: false,
            tty: false,
            resources: { memoryBytes: 64 * 1024 * 1024, cpuShares: 100, oomScoreAdj: 0 },
            security: {
              privileged: false,
              supplementalGroups: [],
              readOnlyRootFilesystem: false,
              noNewPrivileges: false,
              addCapabilities: [],
              dropCapabilities: [],
              seccomp: { type: 'runtimeDefault' },
              maskedPaths: [],
              readonlyPaths: [],
            },
          },
          HOST_NETWORK_POD,
        );
        await runtime.startContainer(id);
        const { exitCode, stdout } = await runtime.execSync(
          id,
          ['/busybox', 'sh', '-c', 'echo $K $(/busybox cat /proc/1/comm)'],
          10_000,
        );
        assert.deepEqual([exitCode, Buffer.from(stdout).toString()], [0, 'V busybox\n']);
        await runtime.stopContainer(id, 0);
        await runtime.stopSandbox(sandbox);
        await runtime.removeSandbox(sandbox);
      });
    });

    it('loadImage() of what is no image rejects with what containerd said', async () => {
      await assert.rejects(
        provider.loadImage(machine, chunks([Buffer.from('this is no tar')]), never),
        (error) => error instanceof MachineError && error.message.includes('n1'),
      );
    });

    it('keeps its images over a stop, and comes back with containerd', async () => {
      await loadBusybox('wheelhouse-test-busybox:1');
      await provider.stop(machine, never);
      machine = await provider.start(machine, quiet, never);
      await withRuntime(machine, async (runtime) => {
        const image = await runtime.images.status('docker.io/library/wheelhouse-test-busybox:1');
        assert.ok(image !== undefined);
      });
    });

    it('shell() runs a login shell of the given size that ends with its exit code', async () => {
      const shell = await provider.shell(machine, { columns: 123, rows: 45 });
      let text = '';
      shell.stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      shell.stream.write('stty size; exit 7\n');
      assert.equal(await shell.exited, 7);
      assert.match(text, /45 123/);
    });

    const run = async (script: string): Promise<string> => {
      const { stdout } = await systemProcesses.run('docker', ['exec', machine.id, 'sh', '-c', script]);
      return stdout.trim();
    };

    const loadBusybox = async (tag: string): Promise<void> => {
      await systemProcesses.run('sh', ['-c', `tar -C /bin -c busybox | docker import - ${tag}`]);
      const tar = await docker.getImage(tag).get();
      await provider.loadImage(machine, tar as AsyncIterable<Buffer>, never);
      await docker.getImage(tag).remove();
    };
  });

  it('create() that the engine refuses leaves no container and says what to do', async () => {
    await provider.prepare(cluster, quiet, never);
    const first = await provider.create(
      { cluster, name: 'p1', files: [], ports: [{ node: 1, host: 0 }] },
      quiet,
      never,
    );
    const { NetworkSettings } = await docker.getContainer(first.id).inspect();
    const host = Number(NetworkSettings.Ports['1/tcp']?.[0]?.HostPort);
    await assert.rejects(
      provider.create({ cluster, name: 'p2', files: [], ports: [{ node: 1, host }] }, quiet, never),
      (error) => error instanceof MachineError && error.remedy.includes('port'),
    );
    assert.deepEqual(
      (await provider.list(cluster)).map(({ name }) => name),
      ['p1'],
    );
    await provider.delete(first, never);
  });

  it('nodeImageTag() changes with any file', async () => {
    const files = await imageFiles();
    const [first, ...rest] = files;
    assert.ok(first !== undefined);
    assert.equal(nodeImageTag([...files].reverse()), nodeImageTag(files));
    assert.notEqual(nodeImageTag([{ ...first, content: `${first.content} ` }, ...rest]), nodeImageTag(files));
  });

  it('an engine that does not answer is found by preflight(), with what to do', async () => {
    const nobody = createDockerMachines({
      docker: new Docker({ socketPath: '/nonexistent/docker.sock' }),
      ...imageMaking(),
      imageFiles,
    });
    const [problem] = await nobody.preflight(never);
    assert.match(`${problem?.what}: ${problem?.remedy}`, /no Docker Engine answers: Install/);
  });
});

async function leftovers(): Promise<readonly string[]> {
  const filters = { label: [`${CLUSTER_LABEL}=${cluster}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  return [...containers.map(({ Id }) => Id), ...networks.map(({ Name }) => Name)];
}

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

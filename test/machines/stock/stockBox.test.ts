import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clusters } from '../../../src/cluster/clusters.ts';
import type { Progress } from '../../../src/cluster/machines/contract.ts';
import { systemProcesses } from '../../../src/host/processes.ts';
import { openClusters } from '../../harness/dockerCluster.ts';
import { figure, seconds, timed } from '../figures.ts';

const NAME = `stock-${process.pid}`;
const STOCK = 'wheelhouse/debian';
const PREPARED = 'wheelhouse/node-of-wheelhouse-debian';
const never = new AbortController().signal;
const size = { cpus: 1, memoryBytes: 2 ** 30 };

/**
 * Nodes of a stock Debian (a real VM that installs its packages itself, is packaged and becomes the box of all nodes)
 * next to nodes of the box that `wheelhouse box build` made. Both boxes have been added.
 */
describe('a cluster of a stock box', () => {
  let home: string;
  let clusters: Clusters;
  const said: string[] = [];
  const progress: Progress = {
    report({ machine, message }) {
      if (machine === '') said.push(message);
    },
  };
  const create = (name: string, box: string): Promise<unknown> =>
    clusters.create(
      {
        name,
        machines: 'vagrant',
        nodes: [{ name: `${name}-1`, ...size }],
        settings: { provider: 'libvirt', box },
      },
      progress,
      never,
    );
  const ssh = async (number: number, command: string): Promise<string> => {
    const { machines, paths } = await clusters.get(NAME);
    const machine = machines.find(({ name }) => name === `${NAME}-${number}`);
    const { stdout } = await systemProcesses.run('ssh', [
      ...['-i', path.join(paths.folder, 'vagrant/ssh/id'), '-o', 'StrictHostKeyChecking=no'],
      ...[
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'LogLevel=ERROR',
        `vagrant@${machine?.address}`,
        command,
      ],
    ]);
    return stdout.trim();
  };

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-'));
    clusters = openClusters(home);
    await systemProcesses
      .run('vagrant', ['box', 'remove', '--force', '--all', PREPARED])
      .catch(() => undefined);
  });

  after(async () => {
    for (const name of await clusters.names()) await clusters.delete(name, never);
    await rm(home, { recursive: true, force: true });
  });

  it('a node of the box that was built', async () => {
    const { ms } = await timed(() => create(`${NAME}-built`, 'wheelhouse/node'));
    figure('first node of the box that was built', seconds(ms));
    await clusters.delete(`${NAME}-built`, never);
    assert.ok(!said.includes('Packaging the prepared box'));
  });

  it('the first node of a stock box: prepared once, packaged, then made of the result', async () => {
    const { ms } = await timed(() => create(NAME, STOCK));
    figure('first node of a stock box, with its preparation', seconds(ms));
    assert.ok(said.includes('Packaging the prepared box'), said.join('; '));
    const domains = await systemProcesses.run('virsh', [
      '-q',
      '-c',
      'qemu:///system',
      'list',
      '--all',
      '--name',
    ]);
    assert.ok(!domains.stdout.includes('prepare'), domains.stdout);
  });

  it('the second starts prepared', async () => {
    said.length = 0;
    const { ms } = await timed(() => clusters.addNode(NAME, progress, never, size));
    figure('second node of a stock box', seconds(ms));
    assert.ok(!said.includes('Packaging the prepared box'));
  });

  it('every machine of the packaged box is one of its own', async () => {
    for (const command of ['cat /etc/machine-id', 'cat /etc/ssh/ssh_host_ed25519_key.pub']) {
      const [one, two] = [await ssh(1, command), await ssh(2, command)];
      assert.match(one, /\w{32}/);
      assert.notEqual(one, two);
    }
  });
});

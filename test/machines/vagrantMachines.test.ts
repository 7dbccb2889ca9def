import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { MachineError, type Machine, type MachineProvider } from '../../src/cluster/machines/contract.ts';
import { fullName, vagrantFolder, type VagrantFolder } from '../../src/cluster/machines/vagrant/folder.ts';
import { clusterPaths, clustersFolder } from '../../src/cluster/paths.ts';
import { ProcessError, systemProcesses } from '../../src/host/processes.ts';
import { machineProviders } from '../../src/desktop/machineProviders.ts';
import { machinesContract } from '../contract/machines.suite.ts';

const never = new AbortController().signal;
const quiet = { report: () => undefined };
const cluster = `test-${process.pid}`;
const vagrantHome = process.env['VAGRANT_HOME'] ?? path.join(os.homedir(), '.vagrant.d');
const root = path.join(import.meta.dirname, '../..');

/** Real VMs of libvirt: emulated where the processor does not help, so that each boot takes a minute or two. */
describe('Vagrant with libvirt', function () {
  this.timeout(900_000);

  let home: string;
  let folder: VagrantFolder;

  const virsh = async (...args: readonly string[]): Promise<string> =>
    (await systemProcesses.run('virsh', ['-q', '-c', 'qemu:///system', ...args])).stdout;
  const vagrant = (...args: readonly string[]) =>
    systemProcesses.run('vagrant', args, {
      cwd: folder.folder,
      env: { VAGRANT_CHECKPOINT_DISABLE: '1', VAGRANT_CWD: folder.folder },
    });
  /** Names of this cluster's in what virsh says, each once. */
  const ours = (said: string): readonly string[] =>
    [...new Set(said.match(new RegExp(`wheelhouse-${cluster}_\\S*`, 'g')))].sort();
  /** Everything of this cluster that anybody knows. */
  const leftovers = async () => ({
    domains: ours(await virsh('list', '--all', '--name')),
    volumes: ours(await virsh('vol-list', 'default')),
    index: (await readFile(path.join(vagrantHome, 'data/machine-index/index'), 'utf8')).includes(
      folder.folder,
    ),
  });

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-vagrant-'));
    folder = vagrantFolder(clusterPaths(path.join(clustersFolder(home), cluster)).vagrant);
  });

  after(async () => {
    assert.deepEqual(await leftovers(), { domains: [], volumes: [], index: false });
    assert.ok(!(await virsh('net-list', '--all', '--name')).includes(cluster));
    assert.ok(!existsSync(folder.folder));
    await rm(home, { recursive: true });
  });

  machinesContract(
    'vagrant',
    () => {
      const provider = machineProviders({ resources: path.join(root, 'resources'), home }).find(
        ({ name }) => name === 'vagrant',
      )!;
      // Whatever else could be chosen here.
      const prepare: MachineProvider['prepare'] = (name, progress, signal) =>
        provider.prepare(name, progress, signal, { provider: 'libvirt' });
      return Promise.resolve({
        provider: { ...provider, prepare },
        cluster,
        size: { cpus: 1, memoryBytes: 1024 * 2 ** 20 },
      });
    },
    ({ provider, running }) => {
      /** What a command says on the machine, as root. */
      const onMachine = async (machine: Machine, line: string): Promise<string> => {
        const { stream, exited } = await provider().shell(machine, { columns: 300, rows: 24 });
        let said = '';
        stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
        stream.write(`stty -echo; PS1=; echo; echo BEGIN; ${line}; echo; echo END; exit\n`);
        await exited;
        const lines = stripVTControlCharacters(said).split(/\r*\n|\r/);
        return lines
          .slice(lines.lastIndexOf('BEGIN') + 1, lines.lastIndexOf('END'))
          .join('\n')
          .trim();
      };

      it('a machine has its files with their modes, and the secret nowhere else', async () => {
        const machine = await running('m1');
        assert.equal(
          await onMachine(
            machine,
            'stat -c "%a %u" /etc/wheelhouse/bootstrap.json; cat /etc/wheelhouse/bootstrap.json',
          ),
          '600 0\n{"secret":1}',
        );
        assert.equal(await onMachine(machine, `grep -rlF '"secret"' /tmp /dev/shm /home /root /var/log`), '');
        assert.doesNotMatch(await readFile(folder.node('m1').log, 'utf8'), /secret/);
      });

      it('machines reach one another and the host on their own network, and have their own names', async () => {
        const [m1, m2] = [await running('m1'), await running('m2')];
        const { address: host } = await provider().hostAddress(cluster);
        assert.equal(
          await onMachine(
            m1,
            `hostname; ping -c 1 -W 20 -q ${m2.address!} > /dev/null && echo m2; ping -c 1 -W 20 -q ${host} > /dev/null && echo host`,
          ),
          'm1\nm2\nhost',
        );
      });

      it('only the cluster’s key opens a machine, not the one that all boxes know', async () => {
        const { address } = await running('m1');
        const key = path.join(vagrantHome, 'insecure_private_key');
        const options = [
          '-o',
          'BatchMode=yes',
          '-o',
          'StrictHostKeyChecking=no',
          '-o',
          'UserKnownHostsFile=/dev/null',
        ];
        const login = systemProcesses.run('ssh', [
          '-F',
          'none',
          '-i',
          key,
          '-o',
          'IdentitiesOnly=yes',
          ...options,
          `vagrant@${address!}`,
          'true',
        ]);
        await assert.rejects(
          login,
          (error) => error instanceof ProcessError && error.stderr.includes('Permission denied'),
        );
      });

      it('Vagrant itself tells the same of the machines, in their folder', async () => {
        await running('m1');
        const { stdout } = await vagrant('status', '--machine-readable');
        assert.match(stdout, /,m1,state,running/);
        assert.match(stdout, /,m2,state,running/);
      });

      it('cluster.yaml that is wrong is told about by file and field', async () => {
        const text = await readFile(folder.clusterFile, 'utf8');
        await writeFile(folder.clusterFile, text.replace(/memory: \d+/, 'memory: much'));
        try {
          await assert.rejects(vagrant('validate'), (error) => {
            assert.ok(error instanceof ProcessError);
            assert.match(error.stderr, /cluster\.yaml: nodes\[0\]\.memory: "much" is not a whole number/);
            return true;
          });
        } finally {
          await writeFile(folder.clusterFile, text);
        }
      });

      it('loadImage() brings an image into the machine’s runtime, and says what is no image', async () => {
        const machine = await running('m1');
        const pause = '/usr/lib/wheelhouse/pause.tar';
        const target = [...(await sshTo(machine)), `cat ${pause}`];
        const image = systemProcesses.spawn('ssh', target);
        await onMachine(machine, 'ctr -n k8s.io images rm wheelhouse.local/pause:1');
        await provider().loadImage(machine, image.stdout, never);
        assert.equal(await image.exited, 0);
        assert.match(await onMachine(machine, 'ctr -n k8s.io images ls -q'), /^wheelhouse\.local\/pause:1$/m);
        await assert.rejects(
          provider().loadImage(machine, chunks('this is no image'), never),
          (error) => error instanceof MachineError && error.message.includes('loaded into m1'),
        );
      });

      it('a creation that is cancelled while the machine boots leaves nothing', async () => {
        const abort = new AbortController();
        const progress = {
          report: ({ message }: { message: string }) => {
            if (message.startsWith('Waiting for')) abort.abort(new Error('enough'));
          },
        };
        const spec = { cluster, name: 'm3', cpus: 1, memoryBytes: 512 * 2 ** 20, files: [] };
        await assert.rejects(provider().create(spec, progress, abort.signal), /^Error: enough$/);
        const { domains, volumes } = await leftovers();
        const known = ['m1', 'm2'].map((name) => fullName(cluster, name));
        assert.deepEqual([domains, volumes], [known, known.map((name) => `${name}.img`)]);
        assert.ok(!existsSync(folder.node('m3').folder) && !existsSync(folder.node('m3').vagrantState));
        assert.ok(!(await readFile(folder.clusterFile, 'utf8')).includes('name: m3'));
      });

      it('a machine that was killed is found stopped, and starts with another address where it is given one', async () => {
        const machine = await running('m2');
        await virsh('destroy', fullName(cluster, 'm2'));
        const killed = (await provider().list(cluster)).find(({ name }) => name === 'm2')!;
        assert.equal(killed.state, 'stopped');
        const text = await readFile(folder.clusterFile, 'utf8');
        const address = machine.address!.replace(/\d+$/, '77');
        await writeFile(folder.clusterFile, text.replace(machine.address!, address));
        const started = await provider().start(killed, quiet, never);
        assert.deepEqual([started.id, started.address], [machine.id, address]);
        assert.match(await onMachine(started, 'ip -4 -br address show eth1'), new RegExp(`${address}/24$`));
      });

      async function sshTo(machine: Machine): Promise<readonly string[]> {
        const { sshArguments } = await import('../../src/cluster/machines/vagrant/ssh.ts');
        return sshArguments({
          address: machine.address!,
          name: machine.name,
          folder,
          node: folder.node(machine.name),
        });
      }
    },
  );
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

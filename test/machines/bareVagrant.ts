import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemProcesses } from '../../src/host/processes.ts';
import { timed } from './figures.ts';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Milliseconds that `vagrant up` takes for two machines of the box and nothing else: our Vagrantfile as a person runs
 * it, without files that would make nodes of them. The box must have been added. The machines are gone afterwards.
 */
export async function bareVagrantUp(home: string): Promise<number> {
  const folder = path.join(home, 'bare');
  await mkdir(folder);
  await cp(path.join(root, 'vagrant/Vagrantfile'), path.join(folder, 'Vagrantfile'));
  await writeFile(
    path.join(folder, 'cluster.yaml'),
    `cluster: bare-${process.pid}
provider: libvirt
box: wheelhouse/node
network: 192.168.63.0/24
nodes:
  - { name: bare-1, cpus: 1, memory: 1024, address: 192.168.63.11 }
  - { name: bare-2, cpus: 1, memory: 1024, address: 192.168.63.12 }
`,
  );
  await mkdir(path.join(folder, 'nodes/bare-1'), { recursive: true });
  await mkdir(path.join(folder, 'nodes/bare-2'), { recursive: true });
  const vagrant = (...args: string[]): Promise<unknown> =>
    systemProcesses.run('vagrant', args, { cwd: folder, env: { VAGRANT_CHECKPOINT_DISABLE: '1' } });
  const virsh = (...args: string[]): Promise<{ readonly stdout: string }> =>
    systemProcesses.run('virsh', ['-c', 'qemu:///system', ...args]);
  try {
    return (await timed(() => vagrant('up'))).ms;
  } finally {
    await vagrant('destroy', '-f');
    // Vagrant keeps networks that it did not find empty; this one is nobody else's.
    const network = `wheelhouse-bare-${process.pid}`;
    const { stdout } = await virsh('net-list', '--all', '--name');
    if (stdout.split('\n').some((name) => name.trim() === network)) {
      await virsh('net-destroy', network);
      await virsh('net-undefine', network);
    }
  }
}

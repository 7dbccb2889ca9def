import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeOldBoxes } from './oldBoxes.ts';

const never = new AbortController().signal;
const NODE = 'wheelhouse/node';

describe('removeOldBoxes', () => {
  let vagrantHome: string;
  let did: string[];
  let told: string[];
  let machines: Record<string, object>;
  /** Versions that the hypervisor cannot let go. */
  let needed: readonly string[];

  beforeEach(async () => {
    vagrantHome = await mkdtemp(path.join(tmpdir(), 'wheelhouse-old-boxes-'));
    [did, told, machines, needed] = [[], [], {}, []];
    for (const place of [
      '1.9/libvirt',
      '1.10/amd64/libvirt',
      '1.11/libvirt',
      '1.12/libvirt',
      '1.9/virtualbox',
    ]) {
      const folder = path.join(vagrantHome, 'boxes', 'wheelhouse-VAGRANTSLASH-node', place);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'metadata.json'), '{}');
    }
  });
  afterEach(() => rm(vagrantHome, { recursive: true, force: true }));

  /** A machine of some Wheelhouse home, as Vagrant's index has it, in a cluster that declares `next`. */
  const machine = async (version: string, next: string, there = true): Promise<void> => {
    const name = `c${Object.keys(machines).length}`;
    const folder = path.join(vagrantHome, 'homes', name);
    if (there) {
      await mkdir(path.join(folder, '.vagrant'), { recursive: true });
      const declared = ['cluster: c', 'provider: libvirt', `box: ${NODE}`, `box_version: "${next}"`];
      await writeFile(
        path.join(folder, 'cluster.yaml'),
        [...declared, 'network: 192.168.56.0/24', 'nodes: []', ''].join('\n'),
      );
    }
    machines[name] = {
      local_data_path: path.join(folder, '.vagrant'),
      name,
      provider: 'libvirt',
      vagrantfile_path: folder,
      extra_data: { box: { name: NODE, provider: 'libvirt', version } },
    };
  };
  const remove = async (version: string): Promise<void> => {
    const index = path.join(vagrantHome, 'data', 'machine-index', 'index');
    await mkdir(path.dirname(index), { recursive: true });
    await writeFile(index, JSON.stringify({ version: 1, machines }));
    await removeOldBoxes(
      {
        vagrantHome,
        hypervisor: {
          removeShared: ({ version: shared, folder }) => {
            if (needed.includes(shared)) return Promise.reject(new Error('a disk is made of it'));
            did.push(`shared ${path.relative(vagrantHome, folder)}`);
            return Promise.resolve();
          },
        },
        vagrant: (args) => {
          did.push(args.join(' '));
          return Promise.resolve();
        },
      },
      { name: NODE, version, provider: 'libvirt' },
      { report: ({ message }) => told.push(message) },
      never,
    );
  };
  const removed = (): readonly string[] =>
    did.flatMap((line) => /--box-version (\S+) --force/.exec(line)?.[1] ?? []);

  it('removes all that are older, with what the hypervisor shares of them, and tells', async () => {
    await remove('1.11');
    const boxes = 'boxes/wheelhouse-VAGRANTSLASH-node';
    assert.deepEqual(did, [
      `shared ${boxes}/1.9/libvirt`,
      'box remove wheelhouse/node --provider libvirt --box-version 1.9 --force',
      `shared ${boxes}/1.10/amd64/libvirt`,
      'box remove wheelhouse/node --provider libvirt --box-version 1.10 --force',
    ]);
    assert.deepEqual(told, [
      'Box wheelhouse/node 1.9 is removed: nothing uses it any more',
      'Box wheelhouse/node 1.10 is removed: nothing uses it any more',
    ]);
  });

  it('leaves what machines of any home were made of, or would be made of next', async () => {
    await machine('1.9', '1.10');
    await remove('1.12');
    assert.deepEqual(removed(), ['1.11']);
    assert.equal(told[0], 'Box wheelhouse/node 1.9 stays: machines are made of it');
  });

  it('takes no notice of machines whose folder is gone', async () => {
    await machine('1.9', '1.10', false);
    await remove('1.11');
    assert.deepEqual(removed(), ['1.9', '1.10']);
  });

  it('leaves what the hypervisor says is needed, says why, and goes on', async () => {
    needed = ['1.9'];
    await remove('1.11');
    assert.deepEqual(removed(), ['1.10']);
    assert.equal(told[0], 'Box wheelhouse/node 1.9 could not be removed: a disk is made of it');
  });
});

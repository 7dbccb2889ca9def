import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { editCluster, readCluster } from './clusterFile.ts';

describe('cluster.yaml', () => {
  let folder: string;
  let file: string;
  const text = (): Promise<string> => readFile(file, 'utf8');
  const base = { cluster: 'c1', provider: 'libvirt', box: 'wheelhouse/node', network: '192.168.56.0/24' };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-cluster-file-'));
    file = path.join(folder, 'cluster.yaml');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is written with a line for each thing, and read again', async () => {
    assert.equal(await readCluster(file), undefined);
    await editCluster(file, (editor) => editor.set({ ...base, box_version: undefined }));
    await editCluster(file, (editor) =>
      editor.setNode({ name: 'n1', cpus: 2, memory: 1024, address: '192.168.56.11' }),
    );
    const lines = (await text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.deepEqual(lines, [
      'cluster: c1',
      'provider: libvirt',
      'box: wheelhouse/node',
      'network: 192.168.56.0/24',
      'nodes:',
      '  - name: n1',
      '    cpus: 2',
      '    memory: 1024',
      '    address: 192.168.56.11',
    ]);
    assert.deepEqual(await readCluster(file), {
      ...base,
      nodes: [{ name: 'n1', cpus: 2, memory: 1024, address: '192.168.56.11' }],
    });
  });

  it('keeps what people wrote: comments, order, what is not known here', async () => {
    const mine = `# mine
provider: libvirt # no VirtualBox here
cluster: c1
box: "wheelhouse/node"
network: 192.168.56.0/24
driver: qemu
nodes:
  # the small one
  - name: n1
    memory: 768 # enough
    zone: attic
  - name: n2
    memory: 2048
`;
    await writeFile(file, mine);
    await editCluster(file, (editor) => {
      editor.set({ box: 'wheelhouse/node' });
      editor.setNode({ name: 'n1', memory: 1024 });
      editor.deleteNode('n2');
      editor.setNode({ name: 'n3', memory: 512 });
    });
    assert.equal(
      await text(),
      mine.replace('768', '1024').replace('name: n2', 'name: n3').replace('2048', '512'),
    );
  });

  it('is left alone where nothing changes', async () => {
    await writeFile(file, 'cluster:   c1\nprovider: libvirt\nbox: b\nnetwork: 10.0.0.0/24\n');
    const before = await stat(file);
    await editCluster(file, (editor) => {
      editor.set({ box: 'b' });
      editor.deleteNode('n9');
    });
    assert.equal((await stat(file)).ino, before.ino);
  });

  it('becomes and stays a file with an empty list of nodes', async () => {
    await editCluster(file, (editor) => {
      editor.set(base);
      editor.setNode({ name: 'n1' });
    });
    await editCluster(file, (editor) => editor.deleteNode('n1'));
    assert.deepEqual((await readCluster(file))?.nodes, []);
    await editCluster(file, (editor) => editor.setNode({ name: 'n2' }));
    assert.match(await text(), /nodes:\n {2}- name: n2\n/);
  });

  it('that is broken is told about with its name, and not written over', async () => {
    for (const [content, said] of [
      ['cluster: [', /cluster\.yaml cannot be read/],
      ['- a', /it must be a mapping/],
      ['cluster: c1\nprovider: libvirt\nbox: b\n', /network must be a text/],
      ['cluster: c1\nprovider: libvirt\nbox: b\nnetwork: n\nnodes: 3\n', /nodes must be a list/],
      [
        'cluster: c1\nprovider: libvirt\nbox: b\nnetwork: n\nnodes: [{}]\n',
        /nodes\[0\]\.name must be a text/,
      ],
    ] as const) {
      await writeFile(file, content);
      await assert.rejects(readCluster(file), said);
      await assert.rejects(
        editCluster(file, (editor) => editor.deleteNode('n1')),
        said,
      );
      assert.equal(await text(), content);
    }
  });
});

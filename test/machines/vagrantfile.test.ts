import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ProcessError, systemProcesses } from '../../src/host/processes.ts';

const here = import.meta.dirname;
const PROVIDERS = ['virtualbox', 'libvirt', 'vmware_desktop', 'parallels', 'hyperv'] as const;
/** Where it may run, as Ruby names systems and processors. */
const HOSTS = {
  linux: ['linux-gnu', 'x86_64'],
  'macos-arm64': ['darwin23', 'arm64'],
  windows: ['mingw32', 'x64'],
} as const;
type Setting = [name: string, args: unknown[]];

const cluster = (provider: string): string => `# A cluster of two.
cluster: demo
provider: ${provider}
box: wheelhouse/node
box_version: 20261122.7
driver: qemu
network: 192.168.56.0/24
nodes:
  - name: demo-1
    role: worker
    cpus: 2
    memory: 1536
    disk: 60
    address: 192.168.56.11
    zone: attic
    instance_type: small
  - name: demo-2
    address: 192.168.56.12
`;

/** What the Vagrantfile makes of a cluster.yaml: with a stand-in for Vagrant, then with Vagrant itself. */
describe('Vagrantfile', function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-vagrantfile-'));
    await copyFile(path.join(here, '../../vagrant/Vagrantfile'), path.join(folder, 'Vagrantfile'));
    const put = async (name: string, content: string): Promise<void> => {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    };
    await put('ssh/id', 'private');
    await put('ssh/id.pub', 'ecdsa-sha2-nistp256 PUBLIC wheelhouse-demo\n');
    await put('home/insecure_private_key', 'known to all');
    await put(
      'nodes/demo-1/files.json',
      JSON.stringify([
        { path: '/usr/local/lib/wheelhouse/bootstrap.mjs', mode: '0755', content: 'console.log(1)\n' },
        {
          path: '/etc/wheelhouse/bootstrap.json',
          mode: '0600',
          content: JSON.stringify({
            token: 'T0KEN',
            node: { labels: { a: 'b', 'topology.kubernetes.io/zone': 'x' } },
          }),
        },
      ]),
    );
  });

  after(() => rm(folder, { recursive: true }));

  const record = async (yaml: string, host: readonly string[] = HOSTS.linux): Promise<readonly Setting[]> => {
    await writeFile(path.join(folder, 'cluster.yaml'), yaml);
    const args = [
      path.join(here, 'recordVagrantfile.rb'),
      path.join(folder, 'Vagrantfile'),
      path.join(folder, 'home'),
      ...host,
    ];
    const { stdout } = await systemProcesses.run('ruby', args);
    return JSON.parse(stdout.replaceAll(folder, 'FOLDER')) as Setting[];
  };
  const scriptOf = (settings: readonly Setting[], node: string): string => {
    const [, args] = settings.find(([name]) => name === `${node}.vm.provision`)!;
    return (args[1] as { inline: string }).inline;
  };
  /** The same as the golden file, which is rewritten where WRITE_GOLDEN is set. */
  const golden = async (name: string, text: string): Promise<void> => {
    const file = path.join(here, 'golden', name);
    if (process.env['WRITE_GOLDEN'] !== undefined) await writeFile(file, text);
    assert.equal(text, await readFile(file, 'utf8'));
  };
  const problems = async (yaml: string): Promise<string> => {
    const failure: unknown = await record(yaml).then(
      () => assert.fail('it was accepted'),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof ProcessError);
    return failure.stderr.replaceAll(folder, 'FOLDER').trim();
  };

  for (const [provider, host] of [
    ...PROVIDERS.map((name) => [name, 'linux'] as const),
    ['virtualbox', 'macos-arm64'] as const,
    ['virtualbox', 'windows'] as const,
  ]) {
    it(`sets what ${provider} on ${host} is to make, as in the golden file`, async () => {
      const others = PROVIDERS.filter((name) => name !== provider);
      const settings = (await record(cluster(provider), HOSTS[host]))
        .filter(([name]) => !others.some((other) => name.includes(`.${other}.`)))
        .map(([name, args]): Setting =>
          name.endsWith('.vm.provision')
            ? [name, [args[0], { ...(args[1] as object), inline: 'SCRIPT' }]]
            : [name, args],
        );
      const lines = settings.map(
        ([name, args]) => `${name} ${args.map((value) => JSON.stringify(value)).join(', ')}`,
      );
      await golden(
        `vagrantfile-${provider}${host === 'linux' ? '' : `-${host}`}.txt`,
        `${lines.join('\n')}\n`,
      );
    });
  }

  it('a node’s script is that of the golden file, and a shell reads it', async () => {
    const script = scriptOf(await record(cluster('virtualbox')), 'demo-1');
    await golden('node-script.sh', script);
    await systemProcesses.run('sh', ['-n'], { input: script });
  });

  it('the script holds secrets in no way that a log or a list of processes could show', async () => {
    const settings = await record(cluster('libvirt'));
    assert.ok(!JSON.stringify(settings).includes('T0KEN'));
    const [, args] = settings.find(([name]) => name === 'demo-1.vm.provision')!;
    const { upload_path: upload } = args[1] as { upload_path: string };
    assert.match(upload, /^\/dev\/shm\//);
    assert.deepEqual(Object.keys(args[1] as object).sort(), [
      'inline',
      'keep_color',
      'run',
      'type',
      'upload_path',
    ]);
  });

  it('the place of a node goes to its agent, in the place of what was there', async () => {
    const script = scriptOf(await record(cluster('libvirt')), 'demo-1');
    const [, base64 = ''] = /bootstrap\.json' 'base64 -d' <<'END'\n([^]*?)END/.exec(script) ?? [];
    assert.deepEqual(JSON.parse(Buffer.from(base64, 'base64').toString()), {
      token: 'T0KEN',
      node: {
        labels: {
          a: 'b',
          'topology.kubernetes.io/zone': 'attic',
          'node.kubernetes.io/instance-type': 'small',
        },
      },
    });
  });

  it('a node without files boots and is told about', async () => {
    assert.match(
      scriptOf(await record(cluster('libvirt')), 'demo-2'),
      /This machine is no node: nodes\/demo-2\/files\.json is missing/,
    );
  });

  it('all that is wrong in cluster.yaml is told at once, with file and field', async () => {
    const text = `cluster: Demo_1
provider: xen
network: 192.168.56.7/24
driver: fast
nodes:
  - name: n_1
    cpus: 0
    memory: much
    disk: 1
    address: 10.0.0.300
  - name: n2
    address: 192.168.60.1
  - name: n2
    role: boss
  - name: cafe
  - just a text
`;
    assert.deepEqual(
      (await problems(text)).split('\n').map((line) => line.replace('FOLDER/cluster.yaml: ', '')),
      [
        'cluster: "Demo_1" may only have lower-case letters, digits and dashes',
        'provider: "xen" is not one of virtualbox, libvirt, vmware_desktop, parallels, hyperv',
        'box: is missing',
        'driver: "fast" is not one of auto, kvm, qemu',
        'network: "192.168.56.7/24" is not a range like 192.168.56.0/24',
        'nodes[0].name: "n_1" may only have lower-case letters, digits and dashes',
        'nodes[0].cpus: 0 is not a whole number of at least 1',
        'nodes[0].memory: "much" is not a whole number of at least 256',
        'nodes[0].disk: 1 is not a whole number of at least 4',
        'nodes[0].address: "10.0.0.300" is not an IPv4 address',
        'nodes[2].role: "boss" is not one of worker',
        'nodes[4]: must be a mapping with name, cpus, memory and address',
        `nodes[3].name: "cafe" could be taken for a machine's id: it needs a dash or a letter beyond f`,
        'nodes: two have the name n2',
      ],
    );
  });

  it('addresses are in the cluster’s network, each once; what is no YAML, or not there, is told', async () => {
    const head = cluster('libvirt');
    const twice = head.replace('192.168.56.12', '192.168.56.11');
    assert.equal(await problems(twice), 'FOLDER/cluster.yaml: nodes: two have the address 192.168.56.11');
    const outside = head.replace('192.168.56.12', '10.0.0.1');
    assert.match(await problems(outside), /nodes\[1\]\.address: 10\.0\.0\.1 is not in the network/);
    assert.match(await problems('nodes: ['), /^FOLDER\/cluster\.yaml: not YAML: /);
    assert.match(await problems('- a'), /must be a mapping with cluster, provider, box, network and nodes/);
    assert.match(await problems(''), /cluster: is missing/);
  });

  it('Vagrant itself finds it valid, for libvirt with its provider, for VirtualBox as far as it goes without', async () => {
    const validate = async (...args: readonly string[]): Promise<string> =>
      (
        await systemProcesses.run('vagrant', ['validate', ...args], {
          cwd: folder,
          env: { VAGRANT_CHECKPOINT_DISABLE: '1', VAGRANT_CWD: folder },
        })
      ).stdout;
    await writeFile(path.join(folder, 'cluster.yaml'), cluster('libvirt'));
    assert.match(await validate(), /Vagrantfile validated successfully/);
    await writeFile(path.join(folder, 'cluster.yaml'), cluster('virtualbox'));
    assert.match(await validate('--ignore-provider'), /Vagrantfile validated successfully/);
  });
});

import assert from 'node:assert/strict';
import { type PodsUnderTest, startPodsUnderTest, stayingPod } from '../harness/podsUnderTest.ts';

/** What is root in a pod with users of its own is nobody on the node. */
describe('a pod with hostUsers: false', () => {
  let pods: PodsUnderTest;

  before(async function () {
    this.timeout(600_000);
    pods = await startPodsUnderTest('users');
    await pods.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { key: 'value' },
    });
    const mount = (name: string, rest: object = {}): object => ({ name, mountPath: `/${name}`, ...rest });
    await pods.run('own', {
      container: {
        volumeMounts: [
          mount('empty'),
          mount('memory'),
          mount('config'),
          mount('part', { name: 'empty', subPath: 'a/b' }),
        ],
      },
      pod: {
        hostUsers: false,
        securityContext: {
          fsGroup: 2000,
          sysctls: [
            { name: 'net.ipv4.ip_unprivileged_port_start', value: '443' },
            { name: 'kernel.shm_rmid_forced', value: '1' },
          ],
        },
        volumes: [
          { name: 'empty', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory' } },
          { name: 'config', configMap: { name: 'c' } },
        ],
      },
    });
    await pods.run('other', { pod: { hostUsers: false } });
    await pods.run('usual');
  });

  after(async function () {
    this.timeout(60_000);
    await pods.delete();
  });

  const inPod = async (pod: string, script: string): Promise<string> =>
    (await pods.exec(pod, script)).text.trim();
  const hostIdOf = async (pod: string): Promise<number> =>
    Number((await inPod(pod, 'cat /proc/self/uid_map')).split(/ +/)[1]);

  it('has 65,536 users that are nobody else’s', async () => {
    const [own, other, usual] = await Promise.all([hostIdOf('own'), hostIdOf('other'), hostIdOf('usual')]);
    assert.ok(own >= 65_536 && own % 65_536 === 0);
    assert.ok(other >= 65_536 && other % 65_536 === 0 && other !== own);
    assert.equal(usual, 0);
    const { text } = await pods.onNode(
      `grep -lE '^Uid:[[:space:]]${own}[[:space:]]' /proc/[0-9]*/status | wc -l`,
    );
    assert.match(text, /^[1-9]/);
  });

  it('is root among its own files and volumes, and writes them', async () => {
    const script = [
      'id -u',
      'touch /new && stat -c %u /new',
      'for v in empty memory part; do touch /$v/new && stat -c %u:%g /$v /$v/new; done',
      'cat /config/key && stat -c %u:%g /config/..data/key',
      'echo "127.0.0.2 me" >> /etc/hosts && echo last > /dev/termination-log && echo written',
    ].join('; ');
    assert.equal(
      await inPod('own', script),
      ['0', '0', ...Array<string>(6).fill('0:2000'), 'value0:2000', 'written'].join('\n'),
    );
  });

  it('sets what is its own, and its network works', async () => {
    const script = 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced';
    assert.equal(await inPod('own', script), '443\n1');
    const ip = await pods.kubectl('get', 'pod', 'usual', '-o', 'jsonpath={.status.podIP}');
    assert.match(await inPod('own', `ping -c 1 -W 5 ${ip} | grep received`), /1 packets received/);
  });

  it('may see all of /proc, where the rest of the kernel is not its root’s to change', async () => {
    await pods.run('unmasked', {
      container: { securityContext: { procMount: 'Unmasked' } },
      pod: { hostUsers: false },
    });
    assert.doesNotMatch(await inPod('unmasked', 'grep /proc/ /proc/mounts || true'), /proc/);
    for (const path of [
      '/proc/sys/kernel/core_pattern',
      '/proc/sys/vm/panic_on_oom',
      '/sys/kernel/profiling',
    ]) {
      const { ok, text } = await pods.exec('unmasked', `echo 0 > ${path}`);
      assert.ok(!ok, path);
      assert.match(text, /Permission denied|Read-only|nonexistent/);
    }
    const { ok } = await pods.exec('unmasked', 'mount -t tmpfs none /tmp');
    assert.ok(!ok, 'mounted');
  });

  it('gets no file of the node that would be as if nobody’s: the file system must map its users', async () => {
    await pods.apply(
      stayingPod('files', {
        container: { volumeMounts: [{ name: 'node', mountPath: '/node' }] },
        pod: { hostUsers: false, volumes: [{ name: 'node', hostPath: { path: '/opt' } }] },
      }),
    );
    const waiting = 'jsonpath={.status.containerStatuses[0].state.waiting}';
    await pods.kubectl(
      'wait',
      `--for=${waiting.replace('}', '.reason}')}=CreateContainerConfigError`,
      'pod/files',
    );
    assert.match(
      await pods.kubectl('get', 'pod', 'files', '-o', waiting),
      /failed to set MOUNT_ATTR_IDMAP on \/opt: invalid argument/,
    );
    // containerd's own folder is a file system that can.
    await pods.run('mapped', {
      container: { volumeMounts: [{ name: 'node', mountPath: '/node' }] },
      pod: {
        hostUsers: false,
        volumes: [
          { name: 'node', hostPath: { path: '/var/lib/containerd/test', type: 'DirectoryOrCreate' } },
        ],
      },
    });
    assert.equal(await inPod('mapped', 'touch /node/x && stat -c %u /node /node/x'), '0\n0');
    assert.equal((await pods.onNode('stat -c %u /var/lib/containerd/test/x')).text, '0\n');
  });

  it('keeps its users over a restart of the agent, and gives them back', async () => {
    const before = await hostIdOf('own');
    const agent = async (): Promise<string> =>
      (await pods.onNode("grep -lE '^(node|MainThread)$' /proc/[0-9]*/comm | cut -d / -f 3")).text.trim();
    const pid = await agent();
    assert.match(pid, /^\d+$/);
    assert.ok((await pods.onNode(`kill ${pid}`)).ok);
    await pods.run('later', { pod: { hostUsers: false } });
    assert.notEqual(await agent(), pid);
    assert.equal(await hostIdOf('own'), before);
    const others = await Promise.all(['own', 'other', 'later'].map(hostIdOf));
    assert.equal(new Set(others).size, 3);
  });
});

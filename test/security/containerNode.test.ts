import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type PodsUnderTest, startPodsUnderTest, stayingPod } from '../harness/podsUnderTest.ts';

/** Of some files below /proc those that this kernel has: it is the nodes' kernel too. */
function present(...paths: string[]): readonly string[] {
  const found = paths.filter((path) => existsSync(`/proc/${path}`));
  assert.ok(found.length > 1, 'a kernel with none of these is no proof');
  return found;
}

/** What a pod on a container node can do to the desktop, whose kernel it shares. Each attack is a few lines of shell. */
describe('a container node', () => {
  let pods: PodsUnderTest;

  before(async function () {
    this.timeout(600_000);
    pods = await startPodsUnderTest('walls');
    await pods.run('root', { container: { securityContext: { runAsUser: 0 } } });
  });

  after(async function () {
    this.timeout(60_000);
    await pods.delete();
  });

  const refused = async (attempt: Promise<{ ok: boolean; text: string }>, why: RegExp): Promise<void> => {
    const { ok, text } = await attempt;
    assert.ok(!ok, `done: ${text}`);
    assert.match(text, why);
  };

  it('has the kernel’s settings write-protected for a pod of uid 0', async () => {
    for (const path of present(
      'sys/kernel/core_pattern',
      'sys/vm/panic_on_oom',
      'sys/net/ipv4/ip_forward',
      'sysrq-trigger',
      'irq/default_smp_affinity',
    ))
      await refused(pods.exec('root', `echo 0 > /proc/${path}`), /Read-only file system/);
  });

  it('hides from a pod of uid 0 what the kernel tells of others', async () => {
    for (const path of ['kcore', 'keys', 'timer_list', 'interrupts', 'latency_stats', 'sched_debug']) {
      const { text } = await pods.exec('root', `head -c 100 /proc/${path}`);
      assert.match(text, /No such file|Permission denied|Is a directory|^$/, `${path}: ${text}`);
    }
    for (const path of ['/proc/acpi', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap'])
      assert.equal((await pods.exec('root', `ls ${path} 2>/dev/null || true`)).text, '');
  });

  it('has them write-protected for a pod that mounts the node’s own files, too', async () => {
    await pods.run('files', {
      container: { volumeMounts: [{ name: 'node', mountPath: '/node' }] },
      pod: { volumes: [{ name: 'node', hostPath: { path: '/' } }] },
    });
    for (const path of present(
      'sys/kernel/core_pattern',
      'sys/kernel/modprobe',
      'sys/vm/panic_on_oom',
      'sys/fs/suid_dumpable',
      'sysrq-trigger',
    ))
      await refused(pods.exec('files', `echo 0 > /node/proc/${path}`), /Read-only file system/);
    await refused(
      pods.exec('files', 'echo 1 > /node/sys/kernel/profiling'),
      /Read-only|Permission|nonexistent/,
    );
  });

  it('opens no disk of the desktop for a privileged pod, sets no clock and loads no module', async () => {
    await pods.run('privileged', { container: { securityContext: { privileged: true } } });
    const [disk] = /^ *(\d+) +(\d+) +\d+ \S+$/m.exec(await readFile('/proc/partitions', 'utf8')) ?? [];
    assert.ok(disk !== undefined);
    const [major = '', minor = ''] = disk.trim().split(/ +/);
    await refused(
      pods.exec('privileged', `mknod /tmp/disk b ${major} ${minor} && head -c 512 /tmp/disk`),
      /Operation not permitted/,
    );
    // Busybox says it, and ends well all the same.
    const { text } = await pods.exec('privileged', 'date -s @1000000000 2>&1');
    assert.match(text, /can't set date: Operation not permitted/);
    await refused(pods.exec('privileged', 'rmmod none'), /Operation not permitted/);
    await refused(pods.exec('privileged', 'swapoff /tmp/disk'), /Operation not permitted/);
  });

  it('is a node all the same: a privileged pod mounts, and pods set what is their own', async () => {
    const { text, ok } = await pods.exec('privileged', 'mkdir /m && mount -t tmpfs none /m && echo x > /m/x');
    assert.ok(ok, text);
    await pods.run('settings', {
      pod: {
        securityContext: {
          sysctls: [
            { name: 'kernel.shm_rmid_forced', value: '1' },
            { name: 'net.ipv4.ip_unprivileged_port_start', value: '443' },
          ],
        },
      },
    });
    const script = 'cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/ip_unprivileged_port_start';
    assert.equal((await pods.exec('settings', script)).text, '1\n443\n');
  });

  it('gives a pod no capability that it has not itself, and says so', async () => {
    await pods.apply(
      stayingPod('clock', {
        container: { securityContext: { capabilities: { add: ['SYS_TIME'] } } },
        pod: { restartPolicy: 'Never' },
      }),
    );
    await pods.kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/clock', '--timeout=30s');
    const message = 'jsonpath={.status.containerStatuses[0].state.terminated.message}';
    assert.match(await pods.kubectl('get', 'pod', 'clock', '-o', message), /capset: Operation not permitted/);
  });

  it('bounds what its root can keep in memory', async () => {
    const { text } = await pods.onNode('df -m /run /tmp | tail -n +2');
    const sizes = text
      .trim()
      .split('\n')
      .map((line) => Number(line.split(/ +/)[1]));
    assert.deepEqual(sizes, [256, 256]);
  });

  it('ships each seccomp profile to its container: a missing one is an error, not none', async () => {
    const profile = JSON.stringify({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
    });
    const { ok, text } = await pods.onNode(
      `mkdir -p /var/lib/kubelet/seccomp && echo '${profile}' > /var/lib/kubelet/seccomp/no-mkdir.json`,
    );
    assert.ok(ok, text);
    const seccompProfile = { type: 'Localhost', localhostProfile: 'no-mkdir.json' };
    await pods.run('filtered', { pod: { securityContext: { seccompProfile } } });
    await refused(pods.exec('filtered', 'mkdir /x'), /Operation not permitted/);
    const missing = { ...seccompProfile, localhostProfile: 'none.json' };
    await pods.apply(stayingPod('unfiltered', { pod: { securityContext: { seccompProfile: missing } } }));
    const waiting = 'jsonpath={.status.containerStatuses[0].state.waiting}';
    await pods.kubectl(
      'wait',
      `--for=${waiting.replace('}', '.reason}')}=CreateContainerError`,
      'pod/unfiltered',
    );
    const state = await pods.kubectl('get', 'pod', 'unfiltered', '-o', waiting);
    assert.match(state, /none\.json: no such file or directory.*CreateContainerError/);
  });

  it('keeps the containers of a pod together within what the pod may use', async () => {
    await pods.apply(
      stayingPod('together', {
        container: { command: ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'] },
        pod: { restartPolicy: 'Never', resources: { limits: { memory: '64Mi' } } },
      }),
    );
    await pods.kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/together', '--timeout=30s');
    const reason = 'jsonpath={.status.containerStatuses[0].state.terminated.reason}';
    assert.match(await pods.kubectl('get', 'pod', 'together', '-o', reason), /OOMKilled|Error/);
  });
});

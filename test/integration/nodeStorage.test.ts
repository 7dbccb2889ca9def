import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_IMAGE } from '../harness/dockerCluster.ts';
import { type PodsUnderTest, startPodsUnderTest } from '../harness/podsUnderTest.ts';

/** What pods write, on a node as users have it. */
describe('storage of pods on a container node', () => {
  let pods: PodsUnderTest;

  before(async function () {
    this.timeout(600_000);
    pods = await startPodsUnderTest('storage');
  });
  after(async function () {
    this.timeout(60_000);
    await pods.delete();
  });

  const claim = (name: string): Promise<string> =>
    pods.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
  const mounted = (claimName: string): object => ({
    container: { volumeMounts: [{ name: 'v', mountPath: '/data' }] },
    pod: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
  });
  const until = async (is: () => Promise<boolean>): Promise<void> => {
    while (!(await is())) await sleep(200);
  };

  it('outlives pods, belongs to their group, and goes with the claim: not what links in it lead to', async function () {
    this.timeout(180_000);
    await claim('data');
    await pods.run('one', mounted('data'));
    await pods.exec(
      'one',
      'echo kept > /data/file; mkdir /data/d; ln -s /etc /data/d/etc; ln -s /etc /data/etc',
    );
    await pods.kubectl('delete', 'pod', 'one');
    const own = mounted('data') as { pod: object };
    await pods.run('two', {
      ...own,
      pod: { ...own.pod, securityContext: { runAsUser: 1000, fsGroup: 2000 } },
    });
    assert.equal((await pods.exec('two', 'echo more >> /data/file; cat /data/file')).text, 'kept\nmore\n');
    const volume = await pods.kubectl('get', 'pvc', 'data', '-o', 'jsonpath={.spec.volumeName}');
    await pods.kubectl('delete', 'pod', 'two');
    await pods.kubectl('delete', 'pvc', 'data');
    await until(async () => !(await pods.kubectl('get', 'pv', '-o', 'name')).includes(volume));
    const { text } = await pods.onNode('ls /var/lib/wheelhouse/volumes; test -e /etc/passwd && echo whole');
    assert.equal(text, 'whole\n');
  });

  it('takes pods with users of their own', async function () {
    this.timeout(120_000);
    await claim('users');
    const own = mounted('users') as { pod: object };
    await pods.run('users', { ...own, pod: { ...own.pod, hostUsers: false } });
    const { text } = await pods.exec('users', 'touch /data/x; stat -c %u /data/x');
    assert.equal(text, '0\n');
  });

  it('shows images', async function () {
    this.timeout(120_000);
    await pods.run('image', {
      container: { volumeMounts: [{ name: 'v', mountPath: '/data' }] },
      pod: { volumes: [{ name: 'v', image: { reference: SAMPLE_IMAGE } }] },
    });
    assert.match((await pods.exec('image', 'ls /data')).text, /bin/);
    await pods.kubectl('delete', 'pod', 'image');
    // A pod without grace is gone from the API before it is from its node.
    const left = async (): Promise<string> =>
      (await pods.onNode('ctr -n k8s.io snapshots ls | grep -c kubernetes.io~image || true')).text;
    await until(async () => (await left()) === '0\n');
  });

  it('ends who takes more than he said', async function () {
    this.timeout(120_000);
    await pods.run('greedy', {
      container: {
        command: ['sh', '-c', 'sleep 3; dd if=/dev/zero of=/data/x bs=1M count=5; sleep 1000'],
        volumeMounts: [{ name: 'v', mountPath: '/data' }],
      },
      pod: { volumes: [{ name: 'v', emptyDir: { sizeLimit: '2Mi' } }] },
    });
    await pods.kubectl('wait', '--for=jsonpath={.status.reason}=Evicted', 'pod/greedy', '--timeout=60s');
    assert.equal(
      await pods.kubectl('get', 'pod', 'greedy', '-o', 'jsonpath={.status.message}'),
      'Usage of EmptyDir volume "v" exceeds the limit "2Mi". ',
    );
  });
});

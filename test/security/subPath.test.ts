import assert from 'node:assert/strict';
import { SAMPLE_IMAGE } from '../harness/dockerCluster.ts';
import { type PodsUnderTest, startPodsUnderTest } from '../harness/podsUnderTest.ts';

const VICTIMS = Array.from({ length: 12 }, (_, index) => `victim-${index}`);
/**
 * Exchanges a directory of the volume for a link to the node's root, and back, without end. What the node makes where
 * nothing is in that moment goes away again.
 */
const SWAP = [
  'cd /data; mkdir -p d/etc; touch d/etc/mine; ln -s / l',
  'while :; do mv -T d x; mv -T l d; mv -T d l; rm -rf d; mv -T x d; done 2> /dev/null',
].join('; ');

/**
 * A pod that exchanges what it asks to have mounted, while it is being mounted. Looked up by name twice, 5 of 12 tries
 * gave it the node's root, writable.
 */
describe('a subPath that is exchanged for a link', () => {
  let pods: PodsUnderTest;

  before(async function () {
    this.timeout(600_000);
    pods = await startPodsUnderTest('subpath');
  });

  after(async function () {
    this.timeout(60_000);
    await pods.delete();
  });

  it('never leads out of its volume', async () => {
    const container = (name: string, command: string, mount: object): object => ({
      name,
      image: SAMPLE_IMAGE,
      command: ['sh', '-c', command],
      volumeMounts: [{ name: 'data', ...mount }],
    });
    await pods.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'race' },
      spec: {
        terminationGracePeriodSeconds: 1,
        volumes: [{ name: 'data', emptyDir: {} }],
        containers: [
          container('swap', SWAP, { mountPath: '/data' }),
          ...VICTIMS.map((name) =>
            container(name, 'echo files: $(ls /m); sleep 1000000', { mountPath: '/m', subPath: 'd/etc' }),
          ),
        ],
      },
    });
    const seen = new Map<string, string>();
    // What was refused is tried again after ten seconds.
    for (const until = Date.now() + 35_000; Date.now() < until && seen.size < VICTIMS.length;) {
      for (const name of VICTIMS) {
        const log = await pods.kubectl('logs', 'race', '-c', name).catch(() => '');
        if (log !== '') seen.set(name, log.trim());
      }
    }
    assert.ok(seen.size > 0, 'no container has come to run');
    // Its own directory, or an empty one that the node has made.
    for (const [name, files] of seen)
      assert.match(files, /^files:( mine)?$/, `${name} has another directory`);
    const events = await pods.kubectl('get', 'events', '-o', 'jsonpath={.items[*].message}');
    assert.match(events, /failed to prepare subPath for volumeMount "data" of container "victim-\d+"/);
  });

  it('leaves nothing mounted when the pod is gone', async () => {
    const uid = await pods.kubectl('get', 'pod', 'race', '-o', 'jsonpath={.metadata.uid}');
    assert.match((await pods.onNode(`grep -c ${uid}/volume-subpaths /proc/mounts`)).text, /^[1-9]/);
    await pods.kubectl('delete', 'pod', 'race', '--timeout=60s');
    const { text } = await pods.onNode(
      `find /var/lib/kubelet/pods/${uid} 2>/dev/null; grep ${uid} /proc/mounts`,
    );
    assert.doesNotMatch(text, new RegExp(`^/var/lib|/volume-subpaths/`, 'm'));
  });
});

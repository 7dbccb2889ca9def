import assert from 'node:assert/strict';
import { isReady } from '../harness/agent.ts';
import {
  type ContainerdAgent,
  type ContainerdWorld,
  script,
  sleeper,
  startContainerdWorld,
} from '../harness/containerdAgent.ts';

const writing = (file: string, rest: Record<string, unknown> = {}): typeof sleeper =>
  script(`yes | head -c 6000000 > ${file}; sleep 3600`, rest);
const limit = { resources: { limits: { 'ephemeral-storage': '3Mi' } } };

/** Real containers that fill the disk. */
describe('limits of local storage on containerd', () => {
  let node: ContainerdWorld;
  let agent: ContainerdAgent;

  before(async function () {
    this.timeout(300_000);
    node = await startContainerdWorld({ name: 'storage', subnet: '10.97.0.0/24' });
  });
  after(() => node.stop());
  beforeEach(async () => {
    agent = await node.startAgent();
  });
  afterEach(async () => {
    await node.removeAll();
    await agent.stop();
  });

  const pods: Readonly<Record<string, { readonly spec: Record<string, unknown>; readonly message: string }>> =
    {
      volume: {
        spec: {
          containers: [writing('/data/file', { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
          volumes: [{ name: 'data', emptyDir: { sizeLimit: '3Mi' } }],
        },
        message: 'Usage of EmptyDir volume "data" exceeds the limit "3Mi". ',
      },
      layer: {
        spec: { containers: [writing('/tmp/file', limit)] },
        message: 'Pod ephemeral local storage usage exceeds the total limit of containers 3Mi. ',
      },
      log: {
        spec: { containers: [writing('/dev/stdout', limit)] },
        message: 'Pod ephemeral local storage usage exceeds the total limit of containers 3Mi. ',
      },
      container: {
        spec: {
          containers: [
            writing('/tmp/file', limit),
            { ...sleeper, name: 'other', resources: { limits: { 'ephemeral-storage': '1Gi' } } },
          ],
        },
        message: 'Container app exceeded its local ephemeral storage limit "3Mi". ',
      },
    };

  it('end those who exceed them, wherever they write, and nobody else', async function () {
    this.timeout(120_000);
    await node.world.createPod('fine', { containers: [writing('/tmp/file')] });
    for (const [name, { spec }] of Object.entries(pods)) await node.world.createPod(name, spec);
    for (const [name, { message }] of Object.entries(pods)) {
      const { status } = await node.world.podUntil(name, (pod) => pod.status?.phase === 'Failed');
      assert.deepEqual([status?.reason, status?.message], ['Evicted', message]);
      assert.ok(status?.containerStatuses?.every(({ state }) => state?.terminated !== undefined));
      assert.ok((await node.world.eventsOf(name)).includes(`Warning Evicted ${message}`));
    }
    assert.equal(isReady(await node.world.pod('fine')), true);
  });
});

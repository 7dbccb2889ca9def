import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Pod } from '../../src/api/types.ts';
import { BUSYBOX_IMAGE } from '../harness/containerd.ts';
import {
  type ContainerdAgent,
  type ContainerdWorld,
  script,
  startContainerdWorld,
} from '../harness/containerdAgent.ts';

const ended = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Images among the volumes of real containers. */
describe('image volumes on containerd', () => {
  let node: ContainerdWorld;
  let agent: ContainerdAgent;

  before(async function () {
    this.timeout(300_000);
    node = await startContainerdWorld({ name: 'images', subnet: '10.201.8.0/24' });
  });
  after(() => node.stop());
  beforeEach(async () => {
    agent = await node.startAgent();
  });
  afterEach(async () => {
    await node.removeAll();
    await agent.stop();
  });

  const create = (name: string, text: string, image: object, mount: object = {}): Promise<Pod> =>
    node.world.createPod(name, {
      restartPolicy: 'Never',
      containers: [
        script(text, { volumeMounts: [{ name: 'v', mountPath: '/data', ...mount }] }),
        script('cat /data/etc/group > /dev/null', { volumeMounts: [{ name: 'v', mountPath: '/data' }] }),
      ].map((container, index) => ({ ...container, name: index === 0 ? 'app' : 'other' })),
      volumes: [{ name: 'v', image }],
    });
  const output = async (name: string): Promise<string> => {
    await node.world.podUntil(name, ended);
    return (await agent.http.get(`/containerLogs/default/${name}/app`)).body;
  };
  const views = async (): Promise<string[]> => {
    const args = ['-a', node.containerd.socketPath, '-n', 'k8s.io', 'snapshots', 'ls'];
    const { stdout } = await promisify(execFile)('ctr', args);
    return stdout.split('\n').filter((line) => line.includes('kubernetes.io~image'));
  };
  /** A pod that has ended is gone from the API at once, from its node a moment later. */
  const noViews = async (): Promise<void> => {
    while ((await views()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('show what is in an image, to be read alone; nothing of them is left with the pod', async () => {
    const text = 'grep app /data/etc/passwd; touch /data/x 2>&1';
    await create('reads', text, { reference: BUSYBOX_IMAGE });
    const said = await output('reads');
    assert.match(said, /^app:x:1000/);
    assert.match(said, /Read-only file system/);
    assert.equal((await views()).length, 1);
    await node.remove('reads');
    await noViews();
  });

  it('may be parts of an image', async () => {
    await create('part', 'ls /data', { reference: BUSYBOX_IMAGE }, { subPath: 'etc' });
    assert.equal(await output('part'), 'group\npasswd\n');
  });

  it('hold their containers while they are not to be had', async () => {
    await create('never', 'true', { reference: 'localhost/not/there:1', pullPolicy: 'Never' });
    const { status } = await node.world.podUntil(
      'never',
      (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
    );
    assert.equal(
      status?.containerStatuses?.[0]?.state?.waiting?.message,
      'Container image "localhost/not/there:1" is not present with pull policy of Never',
    );
  });

  it('go with pods that an agent’s earlier life has set up', async () => {
    await create('left', 'sleep 3600', { reference: BUSYBOX_IMAGE });
    await node.world.podUntil(
      'left',
      ({ status }) => status?.containerStatuses?.[0]?.state?.running !== undefined,
    );
    await agent.stop();
    agent = await node.startAgent();
    await node.remove('left', 1);
    await noViews();
  });
});

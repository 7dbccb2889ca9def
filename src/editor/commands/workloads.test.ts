import assert from 'node:assert/strict';
import { commandWorld, type CommandWorld } from '../../../test/harness/vscode/commandWorld.ts';
import { shown } from '../../../test/harness/vscode/fakeModule.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resource } from '../../api/resource.ts';
import { configMaps, deployments, jobs, nodes, replicaSets } from '../../api/resources.ts';
import type { Deployment } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { copyName } from './copyName.ts';
import { cordonNode } from './cordonNode.ts';
import { deleteObject } from './deleteObject.ts';
import { pauseRollout } from './pauseRollout.ts';
import { restartRollout } from './restartRollout.ts';
import { resumeJob } from './resumeJob.ts';
import { resumeRollout } from './resumeRollout.ts';
import { runCronJob } from './runCronJob.ts';
import { scale } from './scale.ts';
import { suspendJob } from './suspendJob.ts';
import { uncordonNode } from './uncordonNode.ts';
import { undoRollout } from './undoRollout.ts';

const cronJobs = resource('batch', 'v1', 'cronjobs', 'CronJob', 'Namespaced');
const template = (image: string): object => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});

describe('commands on workloads', () => {
  let world: CommandWorld;
  let web: Deployment;

  beforeEach(async () => {
    world = await commandWorld();
    web = await world.create(deployments, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template('web:2') },
    });
  });
  afterEach(() => world.stop());

  const row = (): object => world.row(deployments, web);
  const now = (): Promise<Deployment> => world.client.get(deployments, web.metadata);

  it('Scale proposes the number that it has, and goes through the subresource', async () => {
    world.answer('5');
    await scale.run(world.context, row());
    assert.equal((await now()).spec.replicas, 5);
    assert.deepEqual(world.asked, [
      { text: 'Scale Deployment web: How many replicas; it has 2', offered: ['2'] },
    ]);
    world.answer(undefined);
    await scale.run(world.context, row());
    assert.equal((await now()).spec.replicas, 5);
  });

  it('asks which one where it comes from the palette', async () => {
    world.answer('web', '3');
    await scale.run(world.context);
    assert.equal((await now()).spec.replicas, 3);
  });

  it('Restart notes the time in the template', async () => {
    await restartRollout.run(world.context, row());
    assert.match(
      (await now()).spec.template.metadata?.annotations?.['kubectl.kubernetes.io/restartedAt'] ?? '',
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    );
  });

  it('Pause and Resume Rollout', async () => {
    await pauseRollout.run(world.context, row());
    assert.equal((await now()).spec.paused, true);
    await resumeRollout.run(world.context, row());
    assert.notEqual((await now()).spec.paused, true);
  });

  it('Rollout History shows the revisions, and puts the workload back to one of them', async () => {
    const { name, uid } = web.metadata;
    for (const revision of [1, 2]) {
      await world.create(replicaSets, {
        metadata: {
          name: `web-${revision}`,
          namespace: 'default',
          annotations: { 'deployment.kubernetes.io/revision': String(revision) },
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true }],
        },
        spec: {
          selector: { matchLabels: { app: 'web', 'pod-template-hash': 'h' } },
          template: {
            ...template(`web:${revision}`),
            metadata: { labels: { app: 'web', 'pod-template-hash': 'h' } },
          },
        },
      } as unknown as NewObject<KubeObject>);
    }
    world.answer('Revision 1', 'Undo Rollout');
    await undoRollout.run(world.context, row());
    assert.deepEqual(world.asked[0]?.offered, ['$(check) Revision 2', 'Revision 1']);
    assert.match(world.asked[1]?.text ?? '', /back to revision 1\?\nImages: web:1/);
    const { spec } = await now();
    assert.equal(spec.template.spec?.containers[0]?.image, 'web:1');
    assert.deepEqual(spec.template.metadata?.labels, { app: 'web' });
  });

  it('Rollout History says that there is nothing to go back to', async () => {
    await undoRollout.run(world.context, row());
    assert.deepEqual(
      world.asked.map(({ text }) => text),
      ['Deployment web has no earlier revision.'],
    );
  });

  it('Run Now, Suspend and Resume of a CronJob', async () => {
    const nightly = await world.create(cronJobs, {
      metadata: { name: 'nightly', namespace: 'default' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          metadata: { labels: { app: 'nightly' } },
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } },
        },
      },
    } as unknown as NewObject<KubeObject>);
    const cron = world.row(cronJobs, nightly);
    await runCronJob.run(world.context, cron);
    const [job] = (await world.client.list(jobs)).items;
    assert.match(job?.metadata.name ?? '', /^nightly-\w+$/);
    assert.equal(job?.metadata.ownerReferences?.[0]?.uid, nightly.metadata.uid);
    assert.equal(job.metadata.annotations?.['cronjob.kubernetes.io/instantiate'], 'manual');
    const suspended = async (): Promise<unknown> =>
      ((await world.client.get(cronJobs, nightly.metadata)) as { spec?: { suspend?: boolean } }).spec
        ?.suspend;
    await suspendJob.run(world.context, cron);
    assert.equal(await suspended(), true);
    await resumeJob.run(world.context, cron);
    assert.equal(await suspended(), false);
  });

  it('Cordon and Uncordon', async () => {
    const node = await world.create(nodes, { metadata: { name: 'n' }, spec: {} });
    await cordonNode.run(world.context, world.row(nodes, node));
    assert.equal((await world.client.get(nodes, { name: 'n' })).spec.unschedulable, true);
    await uncordonNode.run(world.context, world.row(nodes, node));
    assert.notEqual((await world.client.get(nodes, { name: 'n' })).spec.unschedulable, true);
  });

  it('Copy Name', async () => {
    await copyName.run(world.context, row());
    assert.equal(shown.clipboard, 'web');
  });

  it('Delete offers what can become of what is owned, and deletes what is selected together', async () => {
    world.answer(undefined);
    await deleteObject.run(world.context, row());
    assert.deepEqual(world.asked, [
      {
        text: 'Delete Deployment web in namespace default from cluster dev?',
        offered: ['Delete', 'Delete and Wait', 'Keep What It Owns'],
      },
    ]);
    await now();
    const config = await world.create(configMaps, { metadata: { name: 'c', namespace: 'default' } });
    const both = [row(), world.row(configMaps, config)];
    world.answer('Delete');
    await deleteObject.run(world.context, both[0], both);
    assert.match(world.asked[1]?.text ?? '', /^Delete 2 objects from cluster dev\?\nDeployment web/);
    await assert.rejects(now(), /not found/);
    await assert.rejects(world.client.get(configMaps, config.metadata), /not found/);
  });
});

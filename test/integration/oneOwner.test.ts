import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overallState } from '../../src/cluster/clusterState.ts';
import type { Clusters } from '../../src/cluster/clusters.ts';
import type { Progress } from '../../src/cluster/machines/contract.ts';
import { readLivingOwner } from '../../src/cluster/owner.ts';
import { openClusters } from '../harness/dockerCluster.ts';

const never = new AbortController().signal;
const quiet: Progress = { report: () => undefined };

/** Windows and commands that reach for the same cluster in the same moment, with real control planes. */
describe('one owner for a cluster', function () {
  this.timeout(120_000);
  let home: string;
  let clusters: Clusters;

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-owner-'));
    clusters = openClusters(home);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const state = async (): Promise<string> => overallState(await clusters.get('dev'));

  // One test: who holds on to a control plane is let go when it ends.
  it('is made, taken over and started once, however many do it at once', async () => {
    const options = { name: 'dev', machines: 'simulated', nodes: 2 } as const;
    const outcomes = await Promise.allSettled(
      [clusters, openClusters(home)].map((each) => each.create(options, quiet, never)),
    );
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [String(outcome.reason)] : [],
    );
    assert.equal(refusals.length, 1);
    assert.match(refusals[0]!, /there is a cluster .* already/);
    assert.equal(await state(), 'running');

    // Its owner is killed, and many take it over.
    const owner = await readLivingOwner(clusters.paths('dev'));
    process.kill(owner!.pid, 'SIGKILL');
    while ((await state()) !== 'control plane down') await sleep(50);
    const held = await Promise.all([
      ...[1, 2, 3].map(() => openClusters(home).attach('dev', quiet, never)),
      ...[1, 2].map(() => openClusters(home).start('dev', quiet, never)),
    ]);
    assert.equal(held.filter(({ owned }) => owned).length, 1);
    assert.equal(await state(), 'running');
    await Promise.all(held.filter(({ owned }) => !owned).map((controlPlane) => controlPlane.stop()));
    assert.equal(await state(), 'running');

    // Who starts it while it is stopping waits for the end, and has it running.
    const stopped = clusters.stop('dev', never);
    const controlPlane = await openClusters(home).start('dev', quiet, never);
    await stopped;
    assert.equal(controlPlane.owned, true);
    assert.equal((await clusters.profile('dev')).running, true);
    await clusters.stop('dev', never);
    assert.equal(await state(), 'stopped');
    await clusters.delete('dev', never);
    assert.deepEqual(await readdir(path.join(home, 'clusters')), []);
  });
});

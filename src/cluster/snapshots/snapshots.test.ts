import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Desk } from '../../../test/harness/desk.ts';
import type { Clusters } from '../clusters.ts';
import { IncompleteClusterError } from '../errors.ts';
import type { Progress } from '../machines/contract.ts';

describe('Snapshots of a cluster', () => {
  const never = new AbortController().signal;
  const progress: Progress = { report: () => undefined };
  let desk: Desk;
  let clusters: Clusters;

  beforeEach(async () => {
    desk = await Desk.make();
    clusters = desk.clusters();
    await clusters.create({ name: 'dev', machines: 'simulated', nodes: 2, port: 7000 }, progress, never);
    desk.asked.length = 0;
  });
  afterEach(() => desk.dispose());

  const save = (name: string): Promise<void> => clusters.saveSnapshot('dev', name, progress, never);
  const restore = (name: string): Promise<void> => clusters.restoreSnapshot('dev', name, progress, never);
  const kept = async (): Promise<readonly (readonly string[])[]> =>
    Promise.all((await desk.provider.list('dev')).map((machine) => desk.provider.snapshots!.list(machine)));
  const folders = (): Promise<string[]> => readdir(desk.paths.snapshots).catch(() => []);

  describe('saveSnapshot()', () => {
    it('keeps machines and objects of one moment: nothing is decided between them', async () => {
      await save('a');
      assert.deepEqual(desk.asked, [
        'stop control plane of dev',
        'save store',
        'save snapshot dev-1',
        'save snapshot dev-2',
        'launch dev',
      ]);
      assert.deepEqual(await clusters.snapshots('dev'), [
        {
          name: 'a',
          time: new Date(desk.clock.now()).toISOString(),
          nodes: [{ name: 'dev-1' }, { name: 'dev-2' }],
          revision: 5,
          format: 1,
        },
      ]);
      assert.deepEqual(await kept(), [['a'], ['a']]);
    });

    for (const [what, fail] of [
      ['a machine cannot be kept', () => desk.fail('save snapshot', 'dev-2')],
      ['the store cannot be copied', () => rm(desk.paths.store)],
    ] as const) {
      it(`leaves nothing, and the cluster as it was, where ${what}`, async () => {
        await fail();
        await assert.rejects(save('a'), /snapshot "a" was not saved: .*The cluster goes on as it was\.$/);
        assert.deepEqual(await folders(), []);
        assert.deepEqual(await kept(), [[], []]);
        assert.equal(desk.asked.at(-1), 'launch dev');
        assert.deepEqual(await clusters.snapshots('dev'), []);
      });
    }

    it('that is cancelled leaves nothing, and the cluster as it was', async () => {
      const abort = new AbortController();
      const stopping: Progress = {
        report: ({ message }) => {
          if (message === 'Saved') abort.abort(new Error('enough'));
        },
      };
      await assert.rejects(clusters.saveSnapshot('dev', 'a', stopping, abort.signal), /^Error: enough$/);
      assert.deepEqual(await folders(), []);
      assert.deepEqual(await kept(), [[], []]);
      assert.equal(desk.asked.at(-1), 'launch dev');
    });

    it('clears away what a process that died has left', async () => {
      await mkdir(path.join(desk.paths.snapshots, 'half'), { recursive: true });
      for (const machine of await desk.provider.list('dev')) {
        await desk.provider.snapshots!.save(machine, 'half', never);
      }
      await writeFile(desk.paths.busy, JSON.stringify({ pid: 2 ** 30, doing: 'saving snapshot half' }));
      assert.deepEqual(await clusters.snapshots('dev'), []);
      await save('a');
      assert.deepEqual(await folders(), ['a']);
      assert.deepEqual(await kept(), [['a'], ['a']]);
    });

    it('refuses bad names, taken ones, machines that do not run and those that have none', async () => {
      await save('a');
      desk.asked.length = 0;
      await assert.rejects(save('a'), /there is a snapshot "a" already.*wheelhouse snapshot delete dev a/);
      await assert.rejects(save('../b'), /"\.\.\/b" cannot be a snapshot's name\. Use at most 63/);
      const [first] = await desk.provider.list('dev');
      await desk.provider.snapshots!.save(first!, 'mine', never);
      await assert.rejects(save('mine'), /dev-1 has a snapshot "mine" of another origin/);
      await desk.provider.stop(first!, never);
      await assert.rejects(
        save('b'),
        /needs all machines to run, and dev-1 does not\. Start the cluster first/,
      );
      desk.provider = {
        ...desk.provider,
        capabilities: { ...desk.provider.capabilities, snapshots: false },
      };
      clusters = desk.clusters();
      await assert.rejects(save('b'), /machines cannot be kept as snapshots.*--machines vagrant/);
      assert.ok(!desk.asked.includes('stop control plane of dev'), 'all is checked before anything stops');
    });
  });

  it('the space that is needed is looked for before anything stops', async () => {
    await save('a');
    desk.asked.length = 0;
    // A file may be larger than its disk, as long as nothing is in it.
    await truncate(path.join(desk.paths.snapshots, 'a/store.db'), 2 ** 42);
    await assert.rejects(restore('a'), /restoring needs 8192 GiB, and .* are free where .*Free some space/);
    await clusters.addNode('dev', progress, never, { memoryBytes: 2 ** 60 });
    await assert.rejects(save('b'), /may need 1073741824 GiB, and .* are free where .*Free some space/);
    assert.ok(!desk.asked.includes('stop control plane of dev'));
  });

  describe('restoreSnapshot()', () => {
    it('puts machines and objects back, and waits for news of after that', async () => {
      await save('a');
      await writeFile(desk.paths.store, '9');
      await clusters.resizeNode('dev', 'dev-1', { cpus: 4 }, progress, never);
      desk.asked.length = 0;
      await restore('a');
      assert.deepEqual(desk.asked, [
        'stop control plane of dev',
        'restore snapshot dev-1',
        'restore snapshot dev-2',
        'restore store',
        'launch dev',
      ]);
      assert.equal(await readFile(desk.paths.store, 'utf8'), '5');
      assert.deepEqual((await clusters.profile('dev')).nodes, [{ name: 'dev-1' }, { name: 'dev-2' }]);
      assert.deepEqual(desk.earlierReports, { woken: new Set(['dev-1', 'dev-2']) });
      assert.deepEqual(await kept(), [['a'], ['a']]);
    });

    it('removes machines that came later, and recreates those that have gone', async () => {
      await save('a');
      await clusters.addNode('dev', progress, never);
      await clusters.removeNode('dev', 'dev-1', progress, never);
      assert.deepEqual(await desk.machines(), ['dev-2 running', 'dev-3 running']);
      await restore('a');
      assert.deepEqual(await desk.machines(), ['dev-1 running', 'dev-2 running']);
      assert.deepEqual(
        (await clusters.profile('dev')).nodes.map((node) => node.name),
        ['dev-1', 'dev-2'],
      );
      assert.deepEqual(await kept(), [[], ['a']]);
    });

    it('a machine that was recreated since then is recreated once more: it has nothing to go back to', async () => {
      await save('a');
      const [first] = await desk.provider.list('dev');
      await desk.provider.delete(first!, never);
      await clusters.start('dev', progress, never);
      desk.asked.length = 0;
      await restore('a');
      assert.deepEqual(
        desk.asked.filter((line) => line.endsWith('dev-1')),
        ['delete dev-1', 'create dev-1'],
      );
      assert.deepEqual(await desk.machines(), ['dev-1 running', 'dev-2 running']);
    });

    it('brings a stopped cluster back as well', async () => {
      await save('a');
      await clusters.stop('dev', never);
      await restore('a');
      assert.deepEqual(await desk.machines(), ['dev-1 running', 'dev-2 running']);
      assert.equal((await clusters.profile('dev')).running, true);
    });

    it('that fails in the middle leaves objects and profile as they are, and says what to do', async () => {
      await save('a');
      await writeFile(desk.paths.store, '9');
      desk.fail('restore snapshot', 'dev-2');
      await assert.rejects(
        restore('a'),
        /snapshot "a" was not restored: cannot restore snapshot dev-2\. .*restore again, or go on with wheelhouse start dev\.$/,
      );
      assert.equal(await readFile(desk.paths.store, 'utf8'), '9');
      await clusters.start('dev', progress, never);
      await restore('a');
      assert.equal(await readFile(desk.paths.store, 'utf8'), '5');
    });

    it('whose missing machine cannot be made says which, and start() tries again', async () => {
      await save('a');
      await clusters.removeNode('dev', 'dev-1', progress, never);
      desk.fail('create', 'dev-1', 2);
      await assert.rejects(
        restore('a'),
        (error) => error instanceof IncompleteClusterError && error.nodes.includes('dev-1'),
      );
      await clusters.start('dev', progress, never);
      assert.deepEqual(await desk.machines(), ['dev-1 running', 'dev-2 running']);
    });

    it('refuses one whose copy of the store is not what was saved, before anything is put back', async () => {
      await save('a');
      desk.asked.length = 0;
      const copy = path.join(desk.paths.snapshots, 'a/store.db');
      await writeFile(copy, '4');
      await assert.rejects(restore('a'), /snapshot "a" is damaged: .*store\.db is not what was saved/);
      await rm(copy);
      await assert.rejects(restore('a'), /store\.db is missing\. It can only be deleted/);
      assert.deepEqual(desk.asked, []);
    });

    it('says which snapshots there are, and refuses those of newer versions', async () => {
      await assert.rejects(restore('a'), /there is no snapshot "a"\. The cluster has none yet/);
      await save('a');
      await assert.rejects(restore('b'), /there is no snapshot "b"\. There are: a\./);
      const file = path.join(desk.paths.snapshots, 'a/snapshot.json');
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), format: 2 }));
      await assert.rejects(restore('a'), /saved by a newer version \(format 2\)/);
    });
  });

  it('deleteSnapshot() takes it from the machines and the disk', async () => {
    await save('a');
    await save('b');
    await clusters.deleteSnapshot('dev', 'a', never);
    assert.deepEqual(await folders(), ['b']);
    assert.deepEqual(await kept(), [['b'], ['b']]);
    await assert.rejects(clusters.deleteSnapshot('dev', 'a', never), /There are: b\./);
  });

  it('while one is saved, nothing else is done to the cluster; who attaches waits', async () => {
    let attached: Promise<unknown> | undefined;
    const refused: Promise<unknown>[] = [];
    const during: Progress = {
      report: ({ message }) => {
        if (message !== 'Saved' || attached !== undefined) return;
        attached = clusters.attach('dev', progress, never).then(() => desk.asked.push('attached'));
        const busy = /the cluster is busy: process \d+ is saving snapshot a\. Wait until it is done\./;
        refused.push(
          ...[
            () => clusters.start('dev', progress, never),
            () => clusters.stop('dev', never),
            () => clusters.suspend('dev', progress, never),
            () => clusters.delete('dev', never),
            () => clusters.addNode('dev', progress, never),
            () => clusters.restoreSnapshot('dev', 'a', progress, never),
          ].map((attempt) => assert.rejects(attempt, busy)),
        );
      },
    };
    await clusters.saveSnapshot('dev', 'a', during, never);
    await Promise.all(refused);
    assert.equal(refused.length, 6);
    while (desk.clock.pending > 0) await desk.clock.advance(500);
    await attached;
    assert.deepEqual(desk.asked.slice(-3), ['launch dev', 'launch dev', 'attached']);
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toDisposable } from '../base/disposable.ts';
import { clusterPaths, clustersFolder } from '../cluster/paths.ts';
import { watchClusters } from './watchClusters.ts';

describe('watchClusters', () => {
  it('tells of clusters that come and of profiles that change, until it is disposed', async () => {
    const home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-'));
    const paths = (name: string) => clusterPaths(path.join(clustersFolder(home), name));
    const told: string[] = [];
    let awaited: { readonly what: string; readonly resolve: () => void } | undefined;
    const tell = (what: string): void => {
      told.push(what);
      if (awaited?.what === what) awaited.resolve();
    };
    const hear = async (what: string, act: () => Promise<unknown>): Promise<void> => {
      const heard = new Promise<void>((resolve) => (awaited = { what, resolve }));
      await act();
      await heard;
    };
    const listeners = new Set<() => void>();
    const entries: { name: string; traits?: object }[] = [];
    const watching = await watchClusters(home, {
      clusters: { paths },
      entries: () => entries,
      onDidChange: (listener) => {
        listeners.add(listener);
        return toDisposable(() => listeners.delete(listener));
      },
      refresh: () => tell('refresh'),
      notice: (name) => tell(`notice ${name}`),
    });
    await hear('refresh', () => mkdir(path.join(clustersFolder(home), 'one')));
    // The second has no folder: it is looked at when there is one.
    entries.push({ name: 'one', traits: {} }, { name: 'two', traits: {} });
    for (const listener of listeners) listener();
    await hear('notice one', () => writeFile(paths('one').profile, '{}'));
    watching.dispose();
    assert.equal(listeners.size, 0);
    assert.ok(!told.includes('notice two'));
    await rm(home, { recursive: true, force: true });
  });
});

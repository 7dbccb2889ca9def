import { mkdir } from 'node:fs/promises';
import { existsSync, watch } from 'node:fs';
import { DisposableStore, toDisposable, type Disposable } from './base/disposable.ts';
import { clustersFolder } from './cluster/paths.ts';
import type { ClusterModel } from './editor/model/clusterModel.ts';
import { watchFile } from './host/watchFile.ts';

/**
 * What the command line or another window does shows at once: clusters that are made or deleted, and those that are
 * stopped here and started there.
 */
export async function watchClusters(home: string, model: ClusterModel): Promise<Disposable> {
  const folder = clustersFolder(home);
  if (!existsSync(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
  const watcher = watch(folder, () => void model.refresh());
  const files = new Map<string, Disposable>();
  const follow = (): void => {
    // A cluster without traits may have no folder yet.
    const names = new Set(
      model.entries().flatMap(({ name, traits }) => (traits === undefined ? [] : [name])),
    );
    for (const name of names) {
      const { profile } = model.clusters.paths(name);
      if (!files.has(name) && existsSync(profile))
        files.set(
          name,
          watchFile(profile, () => void model.notice(name)),
        );
    }
    for (const [name, file] of files) {
      if (names.has(name)) continue;
      file.dispose();
      files.delete(name);
    }
  };
  const store = new DisposableStore();
  store.add(model.onDidChange(follow));
  store.add(toDisposable(() => watcher.close()));
  store.add(toDisposable(() => files.forEach((file) => file.dispose())));
  return store;
}

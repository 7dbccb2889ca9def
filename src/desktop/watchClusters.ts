import { DisposableStore, toDisposable, type Disposable } from '../base/disposable.ts';
import { clustersFolder, type ClusterPaths } from '../cluster/paths.ts';
import { makeFolder } from '../host/files.ts';
import { watchFile, watchFolder } from '../host/watchFile.ts';

/** What shows clusters, and is told of what others do with them. */
export interface WatchedClusters {
  readonly clusters: { paths(name: string): ClusterPaths };
  /** Those that are shown; one whose traits are unknown may have no folder yet. */
  entries(): readonly { readonly name: string; readonly traits?: unknown }[];
  readonly onDidChange: (listener: () => void) => Disposable;
  /** Clusters were made or deleted. */
  refresh(): unknown;
  /** The profile of a cluster has changed. */
  notice(name: string): unknown;
}

/**
 * What the command line or another window does shows at once: clusters that are made or deleted, and those that are
 * stopped here and started there.
 */
export async function watchClusters(home: string, shown: WatchedClusters): Promise<Disposable> {
  const folder = clustersFolder(home);
  await makeFolder(folder);
  const files = new Map<string, Disposable>();
  const follow = (): void => {
    const names = new Set(
      shown.entries().flatMap(({ name, traits }) => (traits === undefined ? [] : [name])),
    );
    for (const name of names) {
      if (files.has(name)) continue;
      const file = watched(shown.clusters.paths(name).profile, () => void shown.notice(name));
      if (file !== undefined) files.set(name, file);
    }
    for (const [name, file] of files) {
      if (names.has(name)) continue;
      file.dispose();
      files.delete(name);
    }
  };
  const store = new DisposableStore();
  store.add(watchFolder(folder, () => void shown.refresh()));
  store.add(shown.onDidChange(follow));
  store.add(toDisposable(() => files.forEach((file) => file.dispose())));
  return store;
}

/** Undefined where its folder has gone meanwhile: there is nothing to tell. */
function watched(file: string, onChange: () => void): Disposable | undefined {
  try {
    return watchFile(file, onChange);
  } catch {
    return undefined;
  }
}

import path from 'node:path';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Kubeconfig, type KubeconfigFile } from '../client/kubeconfig.ts';
import { mergeKubeconfig, takeFromKubeconfig } from '../cluster/mergeKubeconfig.ts';
import { fileExists, followLinks, readText, writeWhole } from '../host/files.ts';
import { watchFile } from '../host/watchFile.ts';

/** The user's own kubeconfig: the files that kubectl would read. */
export interface UserKubeconfig {
  /** In the order in which they count. They need not exist. */
  readonly files: readonly string[];
  read(): Promise<Kubeconfig>;
  /** Tells when one of the files is written, made or removed. */
  watch(onChange: () => void): Disposable;
  /**
   * Adds the contexts of another kubeconfig, in place of those of the same names, to the first file that exists, or
   * makes the last one. Resolves with the file.
   */
  merge(other: string, use: boolean): Promise<string>;
  /** Takes a context with its cluster and user out of every file. False where it was in none. */
  take(name: string): Promise<boolean>;
}

/** `chosen` in place of `KUBECONFIG`, and that in place of `~/.kube/config`; '' where nothing is chosen. */
export function userKubeconfig(
  chosen: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): UserKubeconfig {
  const named = chosen.trim() || (environment['KUBECONFIG'] ?? '').trim();
  const list = named.split(path.delimiter).filter((file) => file !== '');
  const files = (list.length > 0 ? list : [path.join(home, '.kube', 'config')]).map((file) =>
    path.resolve(home, file.replace(/^~(?=[\\/])/, home)),
  );
  return {
    files,
    async read() {
      const texts = await Promise.all(
        files.map(async (file): Promise<KubeconfigFile | undefined> => {
          const text = await readText(file);
          return text === undefined ? undefined : { path: file, text };
        }),
      );
      return new Kubeconfig(texts.filter((text) => text !== undefined));
    },
    async merge(other, use) {
      const there = await Promise.all(files.map(fileExists));
      const file = await followLinks(files[there.indexOf(true)] ?? files.at(-1) ?? '');
      await writeWhole(file, mergeKubeconfig((await readText(file)) ?? '', other, use), 0o600);
      return file;
    },
    async take(name) {
      let found = false;
      for (const each of files) {
        const file = await followLinks(each);
        const text = await readText(file);
        const left = text === undefined ? undefined : takeFromKubeconfig(text, name);
        if (left === undefined) continue;
        await writeWhole(file, left, 0o600);
        found = true;
      }
      return found;
    },
    watch(onChange) {
      const store = new DisposableStore();
      for (const file of files) {
        const watching = watched(file, onChange);
        if (watching !== undefined) store.add(watching);
      }
      return store;
    },
  };
}

/** Undefined where there is no such folder: what may come later is seen when the view is refreshed. */
function watched(file: string, onChange: () => void): Disposable | undefined {
  try {
    return watchFile(file, onChange);
  } catch {
    return undefined;
  }
}

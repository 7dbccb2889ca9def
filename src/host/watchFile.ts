import { watch } from 'node:fs';
import path from 'node:path';
import { toDisposable, type Disposable } from '../base/disposable.ts';

/** Tells when something is made, changed or removed in a folder. Throws where there is no such folder. */
export function watchFolder(folder: string, onChange: () => void): Disposable {
  return watching(folder, onChange);
}

/** Tells when a file is written, replaced, made or removed. Throws where its folder does not exist. */
export function watchFile(file: string, onChange: () => void): Disposable {
  // The folder is watched, not the file: it may be missing, or be replaced.
  return watching(path.dirname(file), (name) => {
    if (name === null || name === path.basename(file)) onChange();
  });
}

function watching(folder: string, onChange: (name: string | null) => void): Disposable {
  const watcher = watch(folder, (_event, name) => onChange(name));
  // The folder is gone: there is nothing to tell any more.
  watcher.on('error', () => undefined);
  return toDisposable(() => watcher.close());
}

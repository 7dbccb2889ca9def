import { watch } from 'node:fs';
import path from 'node:path';
import { toDisposable, type Disposable } from '../base/disposable.ts';

/** Tells when a file is written, replaced, made or removed. Its folder must exist. */
export function watchFile(file: string, onChange: () => void): Disposable {
  // The folder is watched, not the file: it may be missing, or be replaced.
  const watcher = watch(path.dirname(file), (_event, name) => {
    if (name === null || name === path.basename(file)) onChange();
  });
  // The folder is gone: there is nothing to tell any more.
  watcher.on('error', () => undefined);
  return toDisposable(() => watcher.close());
}

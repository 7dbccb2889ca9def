import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../base/clock.ts';
import { fileTurns, type Turns } from '../host/lock.ts';

/**
 * What this user's programs keep for one another and can make again: `$XDG_CACHE_HOME/wheelhouse`, on macOS and Windows
 * the folder that those have for it. `scripts/setup/cache.mjs` knows it too.
 */
export function cacheFolder(
  platform: string = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  userHome = os.homedir(),
): string {
  const chosen = env['XDG_CACHE_HOME'] ?? '';
  if (chosen !== '') return path.join(chosen, 'wheelhouse');
  if (platform === 'darwin') return path.join(userHome, 'Library/Caches/wheelhouse');
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] ?? path.join(userHome, 'AppData/Local'), 'wheelhouse', 'Cache');
  }
  return path.join(userHome, '.cache/wheelhouse');
}

/** Turns among all programs of this user: an image that two of them want is made once. */
export function desktopTurns(): Turns {
  return fileTurns(path.join(cacheFolder(), 'locks'), systemClock);
}

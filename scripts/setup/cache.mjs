// What is kept for all checkouts of this user: `$XDG_CACHE_HOME/wheelhouse`, or the system's folder for such things.
// `src/desktop/cache.ts` knows it too.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a wait looks whether another process is done. */
const LOOK_MS = 500;

export function cacheFolder(...names) {
  return path.join(userCache(), ...names);
}

function userCache() {
  const { XDG_CACHE_HOME: chosen, LOCALAPPDATA } = process.env;
  if (chosen) return path.join(chosen, 'wheelhouse');
  const home = os.homedir();
  if (process.platform === 'darwin') return path.join(home, 'Library/Caches/wheelhouse');
  if (process.platform === 'win32') {
    return path.join(LOCALAPPDATA ?? path.join(home, 'AppData/Local'), 'wheelhouse', 'Cache');
  }
  return path.join(home, '.cache/wheelhouse');
}

/**
 * The folder `name` of the cache, made whole or not at all: `make` fills a neighbour, which is then renamed. Where two
 * processes want it at once, one makes it. The name says all that the content depends on.
 *
 * @param {string} name
 * @param {(folder: string) => Promise<void>} make
 * @param {(line: string) => void} log
 */
export async function cached(name, make, log) {
  const folder = cacheFolder(name);
  if (existsSync(folder)) return folder;
  await withLock(cacheFolder('locks', `${name}.lock`), log, async () => {
    if (existsSync(folder)) return;
    const neighbour = `${folder}.new`;
    rmSync(neighbour, { recursive: true, force: true });
    mkdirSync(neighbour, { recursive: true, mode: 0o700 });
    await make(neighbour);
    renameSync(neighbour, folder);
  });
  return folder;
}

/** Runs while no other process does; the lock of one that died is taken over. */
async function withLock(file, log, run) {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  for (let waited = false; !take(file); waited = true) {
    if (!waited) log('waiting for another process that does the same');
    await sleep(LOOK_MS);
  }
  try {
    await run();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (holderLives(file)) return false;
    rmSync(file, { force: true });
    return take(file);
  }
}

function holderLives(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

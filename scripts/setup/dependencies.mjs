// Installs the npm dependencies where they are missing or older than the lock file. npm's own cache, which all
// checkouts share, is asked before the registry.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { npm } from './npm.mjs';

export const root = path.resolve(import.meta.dirname, '../..');

/** Node 24 of the devDependencies: what every script but the first ones runs under. */
export const node24 = path.join(root, 'node_modules/node/bin/node');

/** @param {import('./run.mjs').Setup} setup */
export async function ensureDependencies({ log, run }) {
  const marker = path.join(root, 'node_modules/.package-lock.json');
  const lock = path.join(root, 'package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs && existsSync(node24)) return;
  log('installing npm dependencies');
  await npm(run, ['ci'], { cwd: root });
}

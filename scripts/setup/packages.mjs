// Installs Debian packages that are missing; elsewhere says exactly what to install.
import { existsSync } from 'node:fs';
import { has } from './run.mjs';

/** Thrown where something must be installed by hand: the message is all the user needs. */
export class MissingPrerequisite extends Error {}

export function isDebian() {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** Whether packages can be installed here: by root, on Debian and what is made of it. */
export function canInstall() {
  return isDebian() && process.getuid?.() === 0;
}

/**
 * Makes sure that commands are there. `wanted` maps a command to the Debian packages that bring it.
 *
 * @param {Record<string, readonly string[]>} wanted
 * @param {import('./run.mjs').Setup} setup
 */
export async function ensureCommands(wanted, setup) {
  const missing = Object.entries(wanted).filter(([command]) => !has(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap(([, names]) => names))];
  const commands = missing.map(([command]) => command).join(', ');
  if (!canInstall()) {
    const how = isDebian()
      ? `Install them as root: apt-get install ${packages.join(' ')}`
      : `Install them (on Debian they are the packages ${packages.join(' ')})`;
    throw new MissingPrerequisite(`Missing: ${commands}. ${how}, then run this command again.`);
  }
  await aptInstall(packages, setup);
}

let updated = false;
/** apt serves one at a time. */
let turn = Promise.resolve();

/**
 * @param {readonly string[]} packages
 * @param {import('./run.mjs').Setup} setup
 */
export function aptInstall(packages, { log, run }) {
  const mine = turn.then(async () => {
    log(`installing ${packages.join(' ')}`);
    // Without the caller's signal: broken off, it would leave packages half installed.
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, signal: undefined };
    const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-qq', ...args], options);
    if (!updated) await apt('update');
    updated = true;
    await apt('install', '-y', '--no-install-recommends', ...packages);
  });
  turn = mine.catch(() => undefined);
  return mine;
}

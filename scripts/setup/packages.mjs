// Installs Debian packages that are missing; elsewhere says exactly what to install.
import { existsSync, readFileSync } from 'node:fs';
import { has, run } from './run.mjs';

/** Thrown where something must be installed by hand: the message is all the user needs. */
export class MissingPrerequisite extends Error {}

export function isDebian() {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * Makes sure that commands are there. `wanted` maps a command to the Debian packages that bring it.
 */
export async function ensureCommands(wanted, log) {
  const missing = Object.entries(wanted).filter(([command]) => !has(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap(([, names]) => names))];
  const commands = missing.map(([command]) => command).join(', ');
  if (!isDebian() || process.getuid?.() !== 0) {
    const how = isDebian()
      ? `Install them as root: apt-get install ${packages.join(' ')}`
      : `Install them (on Debian they are the packages ${packages.join(' ')})`;
    throw new MissingPrerequisite(`Missing: ${commands}. ${how}, then run this command again.`);
  }
  log(`installing ${packages.join(' ')}`);
  await aptInstall(packages);
}

let updated = false;

export async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  if (!updated) await run('apt-get', ['update', '-qq'], quiet);
  updated = true;
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
}

export function osRelease() {
  if (!existsSync('/etc/os-release')) return {};
  return Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [
        line.slice(0, line.indexOf('=')),
        line.slice(line.indexOf('=') + 1).replaceAll('"', ''),
      ]),
  );
}

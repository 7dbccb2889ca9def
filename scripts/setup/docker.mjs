// Makes sure that a Docker Engine runs. Plain JavaScript for Node 20: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cache = join(root, '.cache', 'docker');
const pidFile = join(cache, 'dockerd.pid');
const logFile = join(cache, 'dockerd.log');
/** mmdebstrap makes the nodes' base image where no registry can be reached. */
const PACKAGES = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  mmdebstrap: 'mmdebstrap',
  iptables: 'iptables',
};
const START_TIMEOUT_MS = 60_000;

/**
 * Resolves when `docker info` answers. On Debian, as root, it installs and starts what is missing; elsewhere it
 * rejects with a message that says exactly what to install.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<void>}
 */
export async function ensureDocker(log) {
  const first = engine();
  const debian = isDebian() && process.getuid?.() === 0;
  if (first.ok) {
    if (debian && !has('mmdebstrap')) install(['mmdebstrap'], log);
    return;
  }
  if (process.env.DOCKER_HOST) {
    throw new Error(`No Docker Engine answers at DOCKER_HOST=${process.env.DOCKER_HOST}: ${first.why}`);
  }
  if (!debian) throw new Error(`${first.why}\n${advice()}`);
  const missing = Object.entries(PACKAGES).filter(([command]) => !has(command));
  if (missing.length > 0) install([...new Set(missing.map(([, name]) => name))], log);
  // Debian 13 has the client in a package of its own, 12 has it in docker.io.
  if (!has('docker')) install(['docker-cli'], log);
  if (engine().ok) return;
  await start(log);
}

/** Stops the engine if this script started it. */
export async function stopDocker() {
  const pid = ownDaemon();
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  while (ownDaemon() === pid) await sleep(100);
  rmSync(pidFile, { force: true });
}

/** @returns {{ ok: true } | { ok: false, why: string }} */
function engine() {
  const result = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], { encoding: 'utf8' });
  if (result.error) return { ok: false, why: 'The docker command is not installed.' };
  const why = result.stderr.trim().split('\n').at(-1) ?? '';
  // The client exits with 0 in some versions although the server does not answer.
  return result.status === 0 && result.stdout.trim() !== '' ? { ok: true } : { ok: false, why };
}

function install(packages, log) {
  log(`installing ${packages.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'ca-certificates', ...packages],
  ]) {
    const result = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
      encoding: 'utf8',
      env,
    });
    if (result.status !== 0) {
      throw new Error(`apt-get ${args.join(' ')} failed:\n${(result.stderr ?? String(result.error)).trim()}`);
    }
  }
}

async function start(log) {
  if (existsSync('/run/systemd/system')) {
    log('starting docker.service');
    spawnSync('systemctl', ['start', 'docker.service']);
  } else if (ownDaemon() === undefined) {
    log(`starting dockerd (log: ${logFile})`);
    mkdirSync(cache, { recursive: true });
    const output = openSync(logFile, 'a');
    const child = spawn('dockerd', [], { detached: true, stdio: ['ignore', output, output] });
    child.unref();
    if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  }
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (let answer = engine(); !answer.ok; answer = engine()) {
    if (Date.now() > deadline) throw new Error(`dockerd does not answer (${answer.why}); see ${logFile}`);
    await sleep(250);
  }
}

/** The pid of the daemon that this script started and that still runs. */
function ownDaemon() {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dockerd') ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function has(command) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(join(folder, command)));
}

function advice() {
  switch (process.platform) {
    case 'darwin':
    case 'win32':
      return 'Install Docker Desktop (https://docs.docker.com/desktop/), start it, and try again.';
    default:
      return [
        'Install a Docker Engine, start it, and try again:',
        '  Debian, Ubuntu: sudo apt-get install docker.io mmdebstrap && sudo systemctl start docker',
        '  Fedora:         sudo dnf install moby-engine && sudo systemctl start docker',
        '  Arch:           sudo pacman -S docker && sudo systemctl start docker',
        'and let your user reach it: sudo usermod -aG docker "$USER", then log in again.',
      ].join('\n');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stop = process.argv[2] === 'stop';
  await (stop ? stopDocker() : ensureDocker((line) => console.log(line))).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

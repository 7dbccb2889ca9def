// Makes sure that a Docker Engine runs. Plain JavaScript for Node 20: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.mjs';
import { aptInstall, canInstall, MissingPrerequisite } from './packages.mjs';
import { ask, has, runWithOutputTo } from './run.mjs';

// The daemon serves the whole machine, whichever checkout has started it.
const pidFile = cacheFolder('docker', 'dockerd.pid');
const logFile = cacheFolder('docker', 'dockerd.log');
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
 * @param {import('./run.mjs').Setup} setup
 * @returns {Promise<void>}
 */
export async function ensureDocker(setup) {
  const first = await engine();
  if (first.ok) {
    if (canInstall() && !has('mmdebstrap')) await aptInstall(['mmdebstrap'], setup);
    return;
  }
  if (process.env.DOCKER_HOST) {
    throw new Error(`No Docker Engine answers at DOCKER_HOST=${process.env.DOCKER_HOST}: ${first.why}`);
  }
  if (!canInstall()) throw new MissingPrerequisite(`${first.why}\n${advice()}`);
  const missing = Object.entries(PACKAGES).filter(([command]) => !has(command));
  const names = [...new Set(missing.map(([, name]) => name))];
  if (names.length > 0) await aptInstall(['ca-certificates', ...names], setup);
  // Debian 13 has the client in a package of its own, 12 has it in docker.io.
  if (!has('docker')) await aptInstall(['docker-cli'], setup);
  if ((await engine()).ok) return;
  await start(setup);
}

/** Stops the engine if this script started it. */
export async function stopDocker() {
  const pid = ownDaemon();
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  while (ownDaemon() === pid) await sleep(100);
  rmSync(pidFile, { force: true });
}

async function engine() {
  if (!has('docker')) return { ok: false, why: 'The docker command is not installed.' };
  const { answer, why } = await ask('docker', ['info', '--format', '{{.ServerVersion}}']);
  // The client exits with 0 in some versions although the server does not answer.
  return { ok: answer !== undefined && answer !== '', why };
}

async function start({ log, run }) {
  if (existsSync('/run/systemd/system')) {
    log('starting docker.service');
    await run('systemctl', ['start', 'docker.service']);
  } else if (ownDaemon() === undefined) {
    log(`starting dockerd (log: ${logFile})`);
    mkdirSync(cacheFolder('docker'), { recursive: true, mode: 0o700 });
    const output = openSync(logFile, 'a');
    const child = spawn('dockerd', [], { detached: true, stdio: ['ignore', output, output] });
    child.unref();
    if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  }
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (let answer = await engine(); !answer.ok; answer = await engine()) {
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
  await (
    stop
      ? stopDocker()
      : ensureDocker({
          log: (line) => console.log(line),
          run: runWithOutputTo(() => undefined),
        })
  ).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

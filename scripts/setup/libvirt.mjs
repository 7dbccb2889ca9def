// Makes sure that Vagrant can bring up VMs with libvirt, and that a box can be built. Plain JavaScript for Node 20: it
// runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.mjs';
import { aptInstall, canInstall, isDebian, MissingPrerequisite } from './packages.mjs';
import { output, runWithOutputTo } from './run.mjs';

// The daemons serve the whole machine, whichever checkout has started them.
const cache = cacheFolder('libvirt');
const URI = 'qemu:///system';
const QEMU_CONF = '/etc/libvirt/qemu.conf';
const ANSWER_TIMEOUT_MS = 60_000;

/** Vagrant and libvirt, then what `wheelhouse box build` works with. */
const PACKAGES = [
  ...['vagrant', 'vagrant-libvirt', 'libvirt-daemon-system', 'libvirt-daemon-system-sysv', 'libvirt-clients'],
  ...['qemu-system-x86', 'qemu-utils', 'dnsmasq-base', 'iptables'],
  ...['mmdebstrap', 'debian-archive-keyring', 'fdisk', 'e2fsprogs', 'grub-common', 'grub-pc-bin'],
];

/** In the order in which they start: the first keeps the consoles' logs of the second's machines. */
const DAEMONS = ['virtlogd', 'libvirtd'];

/**
 * Resolves when `virsh list` answers. On Debian, as root, it installs and starts what is missing; elsewhere it rejects
 * with a message that says exactly what to install.
 *
 * @param {import('./run.mjs').Setup} setup
 * @returns {Promise<void>}
 */
export async function ensureLibvirt(setup) {
  const { log, run } = setup;
  if (!canInstall()) {
    if ((await libvirtAnswers()) && (await output('vagrant', ['--version'])) !== undefined) return;
    throw new MissingPrerequisite(advice());
  }
  const installed = await Promise.all(PACKAGES.map(isInstalled));
  const missing = PACKAGES.filter((_name, index) => !installed[index]);
  if (missing.length > 0) await aptInstall(missing, setup);
  if (await libvirtAnswers()) return;
  if (existsSync('/run/systemd/system')) {
    await run('systemctl', ['start', ...DAEMONS.map((name) => `${name}.service`)]);
  } else {
    if (!kvmWorks()) configureEmulation(log);
    mkdirSync(cache, { recursive: true });
    for (const name of DAEMONS) {
      if (ownDaemon(name) !== undefined) continue;
      log(`starting ${name}`);
      await run(name, ['--daemon', '--pid-file', pidFile(name)]);
    }
  }
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  while (!(await libvirtAnswers())) {
    if (Date.now() > deadline) throw new Error(`libvirtd does not answer: see virsh -c ${URI} list`);
    await sleep(250);
  }
}

/** Ends the daemons that this script started. VMs go on without them: delete them before. */
export async function stopLibvirt() {
  for (const name of [...DAEMONS].reverse()) {
    const pid = ownDaemon(name);
    if (pid === undefined) continue;
    process.kill(pid, 'SIGTERM');
    while (ownDaemon(name) === pid) await sleep(100);
    rmSync(pidFile(name), { force: true });
  }
}

/**
 * Whether the processor helps, by its flags and by trying: the device can be there, and even make a machine that its
 * BIOS runs on, although no system would.
 */
export function kvmWorks() {
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  if (process.arch === 'x64' && !/\b(vmx|svm)\b/.test(flags)) return false;
  const machine = process.arch === 'x64' ? 'q35' : 'virt';
  const emulator = process.arch === 'x64' ? 'qemu-system-x86_64' : 'qemu-system-aarch64';
  const options = ['-accel', 'kvm', '-machine', machine, '-nodefaults', '-display', 'none', '-S'];
  const result = spawnSync(emulator, [...options, '-monitor', 'stdio'], {
    input: 'quit\n',
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: 20_000,
  });
  return result.status === 0;
}

/**
 * Under emulation in a machine without systemd, libvirt's probes as another user and its security drivers take seconds
 * each, and none of them guards anything there.
 */
function configureEmulation(log) {
  const mark = '# Without KVM: VMs run as root, unconfined.';
  const before = readFileSync(QEMU_CONF, 'utf8');
  if (before.includes(mark)) return;
  log(`no KVM here: processors are emulated (${QEMU_CONF})`);
  const settings = ['user = "root"', 'group = "root"', 'security_driver = "none"'];
  writeFileSync(QEMU_CONF, [before.trimEnd(), '', mark, ...settings, ''].join('\n'));
}

async function libvirtAnswers() {
  return (await output('virsh', ['-c', URI, 'list'])) !== undefined;
}

async function isInstalled(name) {
  const status = await output('dpkg-query', ['-W', '-f', '${Status}', name]);
  return status?.endsWith('ok installed') ?? false;
}

function pidFile(name) {
  return path.join(cache, `${name}.pid`);
}

/** The pid of a daemon that this script started and that still runs. */
function ownDaemon(name) {
  try {
    const pid = Number(readFileSync(pidFile(name), 'utf8'));
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(name) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function advice() {
  const install = `apt-get install --no-install-recommends ${PACKAGES.join(' ')}`;
  switch (process.platform) {
    case 'darwin':
    case 'win32':
      return 'VMs with libvirt need Linux. Here, use Vagrant with VirtualBox (https://www.virtualbox.org/).';
    default:
      return isDebian()
        ? `Vagrant with libvirt is not ready for this user. As root: ${install}; then: adduser ${process.env.USER ?? 'YOU'} libvirt, and log in again.`
        : [
            'Vagrant with libvirt is not ready. Install both, start libvirtd, and try again:',
            '  Fedora: sudo dnf install vagrant vagrant-libvirt libvirt-daemon-kvm && sudo systemctl start libvirtd',
            '  Arch:   sudo pacman -S vagrant libvirt qemu-base dnsmasq && vagrant plugin install vagrant-libvirt',
            `  Debian, Ubuntu: sudo ${install}`,
          ].join('\n');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stop = process.argv[2] === 'stop';
  await (
    stop
      ? stopLibvirt()
      : ensureLibvirt({
          log: (line) => console.log(line),
          run: runWithOutputTo(() => undefined),
        })
  ).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

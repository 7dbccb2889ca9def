import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../../src/desktop/cache.ts';
import { systemProcesses } from '../../../src/host/processes.ts';
import { debianSource } from '../debianSource.ts';

// For all checkouts: a hundred packages.
const folder = path.join(cacheFolder(), 'test-virtualbox');
const INSIDE = '/work';

/** The real VBoxManage, with a home of its own that is empty at first. Without VirtualBox's kernel module it starts nothing. */
export interface VirtualBoxManage {
  /** Runs it; `INSIDE`-relative paths of the shared folder begin with `/work`. Resolves with its output. */
  run(...args: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

/**
 * VirtualBox of Debian's unstable release, unpacked apart with the libraries it wants; the system's packages are not
 * touched. Needs root. `shared` is a folder that it sees as `/work`.
 */
export async function virtualBoxManage(shared: string): Promise<VirtualBoxManage> {
  const root = await ensureUnpacked();
  const home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-virtualbox-'));
  // Its service ends with the namespace of processes that a command has to itself.
  const script = `set -e
root=$1 shared=$2 home=$3; shift 3
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$shared" "$root${INSIDE}"
mount --bind "$home" "$root/root"
HOME=/root exec chroot "$root" /usr/lib/virtualbox/VBoxManage "$@"`;
  return {
    async run(...args) {
      const own = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh'];
      return (await systemProcesses.run('unshare', [...own, root, shared, home, ...args])).stdout;
    },
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}

/** Resolves with the folder that holds the unpacked packages. */
async function ensureUnpacked(): Promise<string> {
  const root = path.join(folder, 'root');
  if (existsSync(root)) return root;
  const apt = path.join(folder, 'apt');
  for (const name of ['lists/partial', 'archives/partial']) {
    await mkdir(path.join(apt, name), { recursive: true });
  }
  const source = await debianSource('sid', 'main contrib');
  await writeFile(path.join(apt, 'sources.list'), source);
  // Nothing counts as installed: what it depends on comes along.
  await writeFile(path.join(apt, 'status'), '');
  const options = [
    `Dir::Etc::SourceList=${apt}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${apt}/lists`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}`,
    'APT::Install-Recommends=false',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ].flatMap((option) => ['-o', option]);
  const aptGet = (...args: string[]): Promise<unknown> =>
    systemProcesses.run('apt-get', [...options, '-qq', ...args]);
  await aptGet('update');
  await aptGet('install', '-y', '--download-only', 'virtualbox');
  const half = path.join(folder, 'unpacking');
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  const unpack = 'for deb in "$1"/archives/*.deb; do dpkg-deb -x "$deb" "$2" || exit; done';
  await systemProcesses.run('sh', ['-c', unpack, 'sh', apt, half]);
  for (const name of ['proc', 'dev', 'root', 'tmp', INSIDE.slice(1)]) {
    await mkdir(path.join(half, name), { recursive: true });
  }
  for (const name of ['lib', 'lib64', 'bin']) {
    if (!existsSync(path.join(half, name))) await symlink(`usr/${name}`, path.join(half, name));
  }
  await rm(path.join(apt, 'archives'), { recursive: true });
  await rename(half, root);
  return root;
}

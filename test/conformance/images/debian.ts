// Layers from Debian's packages: a small Debian with the tools that tests call, busybox, and etcd.
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { debianArchives, sourceLines } from '../../../src/cluster/debian/sources.ts';
import type { Commands } from '../upstream/commands.ts';
import { unpacked } from '../upstream/debianPackage.ts';
import { SUITE } from '../upstream/source.ts';
import { writeLayer, type Entry } from './archive.ts';

const tools = [
  'bash',
  'curl',
  'bind9-dnsutils',
  'netcat-openbsd',
  'iproute2',
  'iputils-ping',
  'mawk',
  'procps',
];
const leftOut = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/zoneinfo/*'];

const folders = 'bin sbin usr usr/bin usr/sbin usr/local usr/local/bin etc home var dev proc sys run';

/** Makes the layers that are missing; resolves with the busybox binary. */
export async function ensureDebianLayers(folder: string, commands: Commands): Promise<string> {
  await ensureDebian(path.join(folder, 'debian.tar'), commands);
  const busybox = await unpacked(folder, 'busybox-static', 'bin/busybox', commands);
  const etcd = await unpacked(folder, 'etcd-server', 'usr/bin/etcd', commands);
  const etcdLayer = path.join(folder, 'etcd.tar');
  if (!existsSync(etcdLayer)) await writeLayer(etcdLayer, [{ path: 'usr/local/bin/etcd', file: etcd }]);
  const busyboxLayer = path.join(folder, 'busybox.tar');
  if (!existsSync(busyboxLayer)) {
    const applets = (await commands.run(busybox, ['--list-full'])).split('\n').filter(Boolean);
    await writeLayer(busyboxLayer, busyboxEntries(busybox, applets));
  }
  return busybox;
}

async function ensureDebian(layer: string, commands: Commands): Promise<void> {
  if (existsSync(layer)) return;
  const half = `${layer}.part.tar`;
  await commands.run('mmdebstrap', [
    '--quiet',
    '--mode=root',
    '--variant=essential',
    `--include=${tools.join(',')}`,
    ...leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    SUITE,
    half,
    ...sourceLines(await debianArchives(undefined), SUITE),
  ]);
  await rename(half, layer);
}

/** As the public image has it: every applet is in /bin, and `printenv` is there. */
function busyboxEntries(busybox: string, applets: readonly string[]): readonly Entry[] {
  const links = new Set(
    applets
      .filter((applet) => /^(bin|sbin|usr)\//.test(applet))
      .flatMap((applet) => [applet, `bin/${path.posix.basename(applet)}`]),
  );
  links.delete('bin/busybox');
  links.delete('bin/printenv');
  return [
    ...folders.split(' ').map((name): Entry => ({ path: name, folder: true })),
    { path: 'tmp', folder: true, mode: 0o1777 },
    { path: 'root', folder: true, mode: 0o700 },
    { path: 'bin/busybox', file: busybox },
    ...[...links].map((link): Entry => ({ path: link, link: '/bin/busybox' })),
    { path: 'bin/printenv', content: printenv, mode: 0o755 },
    {
      path: 'etc/passwd',
      content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/home:/bin/false\n',
    },
    { path: 'etc/group', content: 'root:x:0:\nnogroup:x:65534:\n' },
  ];
}

const printenv = `#!/bin/sh
if [ $# = 0 ]; then env; else env | sed -n "s/^$1=//p"; fi
`;

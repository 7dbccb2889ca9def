// The images that the suite's pods run. No registry can be assumed, so each is made from Debian's packages and
// upstream's own source; where upstream's image holds more than its tests use, a stand-in serves.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Commands } from '../upstream/commands.ts';
import type { Paths } from '../upstream/paths.ts';
import { writeImage, writeLayer, type Entry, type ImageConfig } from './archive.ts';
import { ensureDebianLayers } from './debian.ts';

interface Image {
  readonly reference: string;
  /** Names of layers, the lowest first. */
  readonly layers: readonly string[];
  readonly config?: ImageConfig;
}

const agnhostConfig = { Entrypoint: ['/agnhost'], Cmd: ['pause'] };
const web = (server: 'httpd' | 'nginx', tag: string): Image => ({
  reference: `docker.io/library/${server}:${tag}-alpine`,
  layers: ['busybox', `${server}-${tag}`],
  config: { Cmd: [server] },
});

const images: Readonly<Record<string, Image>> = {
  busybox: { reference: 'docker.io/library/busybox:1.29', layers: ['busybox'], config: { Cmd: ['sh'] } },
  pause: { reference: 'k8s.gcr.io/pause:3.2', layers: ['pause'], config: { Entrypoint: ['/pause'] } },
  'httpd-2.4.38': web('httpd', '2.4.38'),
  'httpd-2.4.39': web('httpd', '2.4.39'),
  'nginx-1.14': web('nginx', '1.14'),
  'nginx-1.15': web('nginx', '1.15'),
  agnhost: {
    reference: 'k8s.gcr.io/e2e-test-images/agnhost:2.21',
    layers: ['debian', 'agnhost'],
    config: agnhostConfig,
  },
  nautilus: {
    reference: 'gcr.io/kubernetes-e2e-test-images/nautilus:1.0',
    layers: ['debian', 'agnhost', 'nautilus'],
    config: { ...agnhostConfig, Cmd: ['test-webserver'] },
  },
  'jessie-dnsutils': {
    reference: 'gcr.io/kubernetes-e2e-test-images/jessie-dnsutils:1.0',
    layers: ['debian'],
    config: { Cmd: ['bash'] },
  },
  nonewprivs: {
    reference: 'gcr.io/kubernetes-e2e-test-images/nonewprivs:1.0',
    layers: ['busybox', 'nonewprivs'],
    config: { Cmd: ['nnp'] },
  },
  'sample-apiserver': {
    reference: 'gcr.io/kubernetes-e2e-test-images/sample-apiserver:1.17',
    layers: ['busybox', 'sample-apiserver'],
    config: { Entrypoint: ['/sample-apiserver'] },
  },
  etcd: { reference: 'k8s.gcr.io/etcd:3.4.13-0', layers: ['debian', 'etcd'], config: {} },
};

/** Makes what is missing; resolves with the archives, by name. */
export async function ensureImages(paths: Paths, commands: Commands): Promise<ReadonlyMap<string, string>> {
  const folder = path.join(paths.images, 'layers');
  await mkdir(folder, { recursive: true });
  const busybox = await ensureDebianLayers(folder, commands);
  const layers: Readonly<Record<string, () => readonly Entry[]>> = layersOf(paths, busybox);
  const archives = new Map<string, string>();
  for (const [name, image] of Object.entries(images)) {
    const archive = path.join(paths.images, `${name}.tar`);
    archives.set(name, archive);
    if (existsSync(archive)) continue;
    const files: string[] = [];
    for (const layer of image.layers) {
      const file = path.join(folder, `${layer}.tar`);
      const entries = layers[layer];
      if (!existsSync(file) && entries) await writeLayer(file, entries());
      files.push(file);
    }
    await writeImage(archive, image.reference, files, image.config ?? {});
  }
  return archives;
}

/** Every layer that is not Debian's own. `busybox` is the binary of that name. */
function layersOf({ binaries, source }: Paths, busybox: string): Record<string, () => readonly Entry[]> {
  const binary = (name: string): string => path.join(binaries, name);
  const nautilus = path.join(source, 'test/images/nautilus/html');
  const porter = path.join(source, 'test/images/agnhost/porter');
  const served = (server: 'httpd' | 'nginx', tag: string, root: string): Entry[] => [
    { path: `usr/local/bin/${server}`, file: binary('web') },
    ...parents(root),
    {
      path: `${root}/index.html`,
      content: `<html><body><h1>${server} ${tag}: It works!</h1></body></html>\n`,
    },
  ];
  const entries: Record<string, () => readonly Entry[]> = {
    pause: () => [{ path: 'pause', file: binary('pause') }],
    agnhost: () => [
      { path: 'uploads', folder: true },
      { path: 'agnhost', file: binary('agnhost') },
      { path: 'agnhost-2', link: 'agnhost' },
      { path: 'usr/local/bin/netstat', file: busybox },
      { path: 'localhost.crt', file: path.join(porter, 'localhost.crt'), mode: 0o644 },
      { path: 'localhost.key', file: path.join(porter, 'localhost.key'), mode: 0o644 },
    ],
    nautilus: () => [
      { path: 'nautilus.jpg', file: path.join(nautilus, 'nautilus.jpg'), mode: 0o644 },
      { path: 'data.json', file: path.join(nautilus, 'data.json'), mode: 0o644 },
    ],
    // The test wants a binary that is set to its owner's and group's id.
    nonewprivs: () => [{ path: 'usr/local/bin/nnp', file: binary('nonewprivs'), mode: 0o6755 }],
    'sample-apiserver': () => [{ path: 'sample-apiserver', file: binary('sample-apiserver') }],
  };
  for (const tag of ['2.4.38', '2.4.39']) {
    entries[`httpd-${tag}`] = () => served('httpd', tag, 'usr/local/apache2/htdocs');
  }
  for (const tag of ['1.14', '1.15']) {
    entries[`nginx-${tag}`] = () => served('nginx', tag, 'usr/share/nginx/html');
  }
  return entries;
}

function parents(folder: string): Entry[] {
  const parts = folder.split('/');
  return parts.map((_, index) => ({ path: parts.slice(0, index + 1).join('/'), folder: true }));
}

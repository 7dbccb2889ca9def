// Takes out of upstream's test/e2e what no conformance test needs. Clouds' libraries are half of the time that the
// build takes. No conformance test is touched: `../suite.test.ts` counts them.
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const clouds = ['aws', 'azure', 'gce', 'kubemark', 'openstack', 'vsphere'];
const suites = [
  'autoscaling',
  'cloud',
  'lifecycle',
  'lifecycle/bootstrap',
  'storage/external',
  'ui',
  'windows',
];

const folders = [
  ...suites,
  'storage/drivers',
  'storage/vsphere',
  'network/scale',
  'instrumentation/monitoring',
  'instrumentation/logging',
  'framework/ingress',
  ...clouds.map((cloud) => `framework/providers/${cloud}`),
];

const files = [
  'gke_local_ssd.go',
  'gke_node_pools.go',
  'node/recreate_node.go',
  'scheduling/nvidia-gpus.go',
  'scheduling/ubernetes_lite_volumes.go',
  'network/network_tiers.go',
  'network/firewall.go',
  'network/ingress_scale.go',
  'instrumentation/imports.go',
  'storage/utils/ebs.go',
];

/** The only files of test/e2e/storage that hold conformance tests, or that those need. */
const storageKept = new Set(['empty_dir_wrapper.go', 'subpath.go', 'framework.go', 'utils.go', 'doc.go']);

/** Trims `e2e`, the folder test/e2e of an unpacked source. */
export async function trim(e2e: string): Promise<void> {
  for (const folder of folders) await rm(path.join(e2e, folder), { recursive: true, force: true });
  for (const file of files) await rm(path.join(e2e, file), { force: true });
  for (const file of await readdir(path.join(e2e, 'storage'))) {
    if (file.endsWith('.go') && !storageKept.has(file)) await rm(path.join(e2e, 'storage', file));
  }
  await edit(path.join(e2e, 'e2e.go'), (text) => withoutImports(text, 'framework/providers', clouds));
  await edit(path.join(e2e, 'e2e_test.go'), (text) => withoutImports(text, '', suites));
  await edit(path.join(e2e, 'network/ingress.go'), onlyIngressApi);
  await edit(path.join(e2e, 'network/service.go'), serviceWithoutCloud);
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  if (!existsSync(file)) throw new Error(`${file} is missing: is it another release?`);
  await writeFile(file, change(await readFile(file, 'utf8')));
}

function withoutImports(text: string, folder: string, names: readonly string[]): string {
  const gone = new Set(
    names.map((name) => `\t_ "${path.posix.join('k8s.io/kubernetes/test/e2e', folder, name)}"`),
  );
  return text
    .split('\n')
    .filter((line) => !gone.has(line))
    .join('\n');
}

/** Of the file's two groups of tests, the one that needs no cloud, with the imports that it uses. */
function onlyIngressApi(text: string): string {
  const body = text.slice(text.indexOf('var _ = SIGDescribe("Ingress API"'));
  const imports = /import \(\n([\s\S]*?)\n\)/.exec(text)?.[1] ?? '';
  const used = imports.split('\n').filter((line) => {
    const [, alias, from] = /^\t(?:(\w+) )?"([^"]+)"/.exec(line) ?? [];
    return from !== undefined && new RegExp(`\\b${alias ?? path.posix.basename(from)}\\.`).test(body);
  });
  return `package network\n\nimport (\n${used.join('\n')}\n)\n\n${body}`;
}

function serviceWithoutCloud(text: string): string {
  const blocks = [
    'if framework.ProviderIs("gce", "gke") {\n\t\t\tginkgo.By("creating a static load balancer IP")',
    'if framework.ProviderIs("gce", "gke") {\n\t\t\t// Do this as early as possible',
    'ginkgo.It("should reconcile LB health check interval',
  ];
  const lines = [
    '\te2ekubesystem "k8s.io/kubernetes/test/e2e/framework/kubesystem"\n',
    '\tcompute "google.golang.org/api/compute/v1"\n',
    '\t"k8s.io/kubernetes/test/e2e/framework/providers/gce"\n',
    '\tgcecloud "k8s.io/legacy-cloud-providers/gce"\n',
    '\t\tstaticIPName := ""\n',
  ];
  const shorter = blocks.reduce(withoutBlock, text);
  return lines.reduce((rest, line) => rest.replace(line, ''), shorter);
}

/** Takes out the block that begins at `start`, to the line that closes it at the same depth. */
function withoutBlock(text: string, start: string): string {
  const at = text.indexOf(start);
  if (at < 0) throw new Error(`service.go has no "${start}": is it another release?`);
  const from = text.lastIndexOf('\n', at) + 1;
  const indent = /^\t*/.exec(text.slice(from))?.[0] ?? '';
  const close = new RegExp(`\n${indent}\\}[^\n]*\n`, 'g');
  close.lastIndex = text.indexOf('{\n', at);
  if (!close.exec(text)) throw new Error(`service.go: nothing closes "${start}"`);
  return text.slice(0, from) + text.slice(close.lastIndex);
}

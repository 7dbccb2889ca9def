import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments, stringify } from 'yaml';
import type { Clusters } from '../../src/cluster/clusters.ts';
import type { Progress } from '../../src/cluster/machines/contract.ts';
import { ensureBaseImage, type BaseImageOptions } from '../../src/cluster/machines/docker/baseImage.ts';
import type { NodeImageOptions } from '../../src/cluster/machines/docker/nodeImage.ts';
import { savedImage } from '../../src/cluster/savedImage.ts';
import type { ProcessRunner } from '../../src/host/processes.ts';

const IMAGE = 'wheelhouse.local/sample:1';
/** A cluster that comes back has its pods where they were; their containers are made again. */
const PATIENCE_MS = 120_000;
const RETRY_MS = 1_000;

export interface SampleOptions {
  readonly clusters: Clusters;
  readonly cluster: string;
  readonly kubeconfig: string;
  /** With `sample.yaml` and `image/`. */
  readonly folder: string;
  readonly processes: ProcessRunner;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export async function buildSampleImage(
  options: BaseImageOptions & Pick<NodeImageOptions, 'mirror'> & { readonly folder: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const base = await ensureBaseImage(options, progress, signal);
  const values = [
    `BASE=${base}`,
    ...(options.mirror === undefined ? [] : [`DEBIAN_MIRROR=${options.mirror}`]),
  ];
  const build = values.flatMap((value) => ['--build-arg', value]);
  const folder = path.join(options.folder, 'image');
  await options.processes.run('docker', ['build', '-q', ...build, '-t', IMAGE, folder], { signal });
}

/**
 * Brings the sample's image to the nodes that lack it, makes those of its objects that are missing, and waits until it
 * answers in both ways. What somebody has changed of it stays as it is.
 */
export async function runSample(options: SampleOptions): Promise<{ address: string; answer: string }> {
  const { clusters, cluster, kubeconfig, folder, processes, progress, signal } = options;
  const say = (message: string): void => progress.report({ machine: '', message });
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const how = { signal, env: { KUBECONFIG: kubeconfig }, ...(input === undefined ? {} : { input }) };
    return (await processes.run('kubectl', args, how)).stdout.trim();
  };

  const lacking = nodesWithout(IMAGE, await kubectl(['get', 'nodes', '-o', 'json']));
  if (lacking.length > 0) {
    say(`loading its image into ${lacking.join(', ')}`);
    await clusters.loadImage(cluster, () => savedImage(processes, IMAGE), progress, signal, lacking);
  }

  const missing = await missingOf(await readFile(path.join(folder, 'sample.yaml'), 'utf8'), kubectl);
  if (missing.length > 0) {
    say(`applying ${missing.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`);
    await kubectl(['apply', '-f', '-'], missing.map((manifest) => stringify(manifest)).join('---\n'));
  }
  say('waiting for its pods');
  await kubectl(['rollout', 'status', 'deployment/sample', `--timeout=${PATIENCE_MS / 1000}s`]);
  const inside = await untilAnswers(signal, async () => {
    const pods = ['get', 'pods', '-l', 'app=sample', '--field-selector', 'status.phase=Running'];
    const pod = await kubectl([...pods, '-o', 'jsonpath={.items[0].metadata.name}']);
    return kubectl(['exec', pod, '--', 'wget', '-q', '-O', '-', 'http://sample:8080/']);
  });
  say(`answers through its Service's name from a pod: ${inside}`);
  const service = ['service/sample', '--for=jsonpath={.status.loadBalancer.ingress[0].hostname}=localhost'];
  await kubectl(['wait', ...service, '--timeout=30s']);
  const port = 'jsonpath={.status.loadBalancer.ingress[0].ports[0].port}';
  const address = `http://localhost:${await kubectl(['get', 'service', 'sample', '-o', port])}/`;
  const answer = await untilAnswers(signal, async () => {
    const response = await fetch(address.replace('localhost', '127.0.0.1'), { signal });
    return (await response.text()).trim();
  });
  return { address, answer };
}

/** Names of the nodes that do not report the image. */
function nodesWithout(image: string, json: string): readonly string[] {
  const { items } = JSON.parse(json) as {
    items: readonly {
      metadata: { name: string };
      status?: { images?: readonly { names?: readonly string[] }[] };
    }[];
  };
  return items
    .filter(({ status }) => !(status?.images ?? []).some(({ names = [] }) => names.includes(image)))
    .map(({ metadata }) => metadata.name);
}

async function missingOf(
  text: string,
  kubectl: (args: readonly string[]) => Promise<string>,
): Promise<readonly Manifest[]> {
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const found = await Promise.all(
    manifests.map(({ kind, metadata }) =>
      kubectl(['get', kind, metadata.name, '--ignore-not-found', '-o', 'name']),
    ),
  );
  return manifests.filter((_manifest, index) => found[index] === '');
}

/** Services and pods that have just come back may refuse for a moment. */
async function untilAnswers(signal: AbortSignal, ask: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== '') return answer;
      throw new Error('the sample answered with nothing');
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() > deadline) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

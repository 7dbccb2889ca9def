import path from 'node:path';
import type { Clusters } from '../src/cluster/clusters.ts';
import { savedImage } from '../src/cluster/savedImage.ts';
import type { Progress } from '../src/cluster/machines/contract.ts';
import Docker from 'dockerode';
import { ensureBaseImage } from '../src/cluster/machines/docker/baseImage.ts';
import { imageMaking } from '../src/desktop/imageMaking.ts';
import type { ProcessRunner } from '../src/host/processes.ts';

const IMAGE = 'wheelhouse.local/sample:1';

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

/** Builds the sample's image, brings it to the nodes, applies the sample and waits until it answers in both ways. */
export async function runSample(options: SampleOptions): Promise<{ address: string; answer: string }> {
  const { clusters, cluster, kubeconfig, folder, processes, progress, signal } = options;
  const step = (message: string): void => progress.report({ machine: '', message });
  const kubectl = async (...args: string[]): Promise<string> =>
    (await processes.run('kubectl', args, { signal, env: { KUBECONFIG: kubeconfig } })).stdout.trim();

  step('Building the sample image');
  const base = await ensureBaseImage({ docker: new Docker(), ...imageMaking() }, progress, signal);
  const build = ['build', '-q', '--build-arg', `BASE=${base}`, '-t', IMAGE, path.join(folder, 'image')];
  await processes.run('docker', build, { signal });
  step('Loading the sample image');
  await clusters.loadImage(cluster, () => savedImage(processes, IMAGE), progress, signal);

  step('Applying the sample');
  await kubectl('apply', '-f', path.join(folder, 'sample.yaml'));
  step('Waiting for the sample');
  await kubectl('rollout', 'status', 'deployment/sample', '--timeout=120s');
  const pod = await kubectl('get', 'pod', '-l', 'app=sample', '-o', 'jsonpath={.items[0].metadata.name}');
  const inside = await kubectl('exec', pod, '--', 'wget', '-q', '-O', '-', 'http://sample:8080/');
  step(`Answers through its Service name from a pod: ${inside}`);
  const jsonpath = 'jsonpath={.status.loadBalancer.ingress[0].ports[0].port}';
  await kubectl(
    'wait',
    'service/sample',
    '--for=jsonpath={.status.loadBalancer.ingress[0].hostname}=localhost',
    '--timeout=30s',
  );
  const address = `http://localhost:${await kubectl('get', 'service', 'sample', '-o', jsonpath)}/`;
  const response = await fetch(address.replace('localhost', '127.0.0.1'), { signal });
  const answer = (await response.text()).trim();
  step(`Answers on the desktop at ${address}: ${answer}`);
  return { address, answer };
}

import assert from 'node:assert/strict';
import { ProcessError, systemProcesses } from '../../src/host/processes.ts';
import { createDockerCluster, loadSampleImage, SAMPLE_IMAGE, type DockerCluster } from './dockerCluster.ts';
import { ensureKubectls, kubectlFor } from './kubectl.ts';

/** What a command came to. */
export interface Outcome {
  readonly ok: boolean;
  /** Both outputs. */
  readonly text: string;
}

/** What of a pod is not as usual. */
export interface PodParts {
  readonly container?: object;
  readonly pod?: object;
  readonly metadata?: object;
}

/** A cluster of container nodes whose pods are told what to try. */
export interface PodsUnderTest {
  readonly cluster: DockerCluster;
  kubectl(...args: string[]): Promise<string>;
  apply(object: object): Promise<string>;
  /** Applies a pod of one container that only stays, and waits until it is ready. */
  run(name: string, parts?: PodParts): Promise<void>;
  /** A shell's lines in a pod. */
  exec(pod: string, script: string): Promise<Outcome>;
  /** The same on a node, as its root. */
  onNode(script: string, node?: number): Promise<Outcome>;
  delete(): Promise<void>;
}

export async function startPodsUnderTest(name: string, nodes = 1): Promise<PodsUnderTest> {
  const release = (await ensureKubectls()).at(-1);
  assert.ok(release !== undefined);
  const cluster = await createDockerCluster(name, nodes);
  const run = kubectlFor(release, cluster.paths.kubeconfig);
  const kubectl = async (...args: string[]): Promise<string> => (await run(args)).stdout;
  const apply = async (object: object): Promise<string> =>
    (await run(['apply', '-f', '-'], { input: JSON.stringify(object) })).stdout;
  try {
    await loadSampleImage(cluster);
  } catch (error) {
    await cluster.delete();
    throw error;
  }
  return {
    cluster,
    kubectl,
    apply,
    async run(pod, parts) {
      await apply(stayingPod(pod, parts));
      await kubectl('wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60s');
    },
    exec: (pod, script) => outcome(() => run(['exec', pod, '--', 'sh', '-c', script])),
    onNode: (script, node = 1) =>
      outcome(() =>
        systemProcesses.run('docker', ['exec', `wheelhouse-${cluster.name}-${node}`, 'sh', '-c', script]),
      ),
    delete: () => cluster.delete(),
  };
}

/** A pod of one container that only stays. */
export function stayingPod(name: string, parts: PodParts = {}): object {
  const container = { name: 'app', image: SAMPLE_IMAGE, command: ['sh', '-c', 'sleep 1000000'] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...parts.metadata },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ ...container, ...parts.container }],
      ...parts.pod,
    },
  };
}

async function outcome(attempt: () => Promise<{ stdout: string; stderr: string }>): Promise<Outcome> {
  try {
    const { stdout, stderr } = await attempt();
    return { ok: true, text: stdout + stderr };
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return { ok: false, text: error.message };
  }
}

import type { Container, Pod, PodSpec, PodStatus } from '../../src/api/types.ts';
import { containerAnnotations, containerLabels, podLabels, specOf } from '../../src/agent/pods/identity.ts';
import type { RuntimeContainer, SandboxStatus } from '../../src/agent/runtime/contract.ts';

/** A pod as the API gives it; defaults are those of the API. */
export function testPod(
  spec: Partial<PodSpec> = {},
  rest: { status?: PodStatus; metadata?: Partial<Pod['metadata']> } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'uid-1',
      resourceVersion: '10',
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      ...rest.metadata,
    },
    spec: { restartPolicy: 'Always', containers: [testContainer('app')], nodeName: 'node-1', ...spec },
    ...(rest.status === undefined ? {} : { status: rest.status }),
  };
}

export function testContainer(name: string, rest: Partial<Container> = {}): Container {
  return { name, image: `${name}:1`, ...rest };
}

/** An instance of a container of the pod as the runtime shows it. */
export function testInstance(pod: Pod, name: string, rest: Partial<RuntimeContainer> = {}): RuntimeContainer {
  const container = specOf(pod, name);
  if (container === undefined) throw new Error(`no container ${name}`);
  const attempt = rest.attempt ?? 0;
  const state = rest.state ?? 'running';
  return {
    id: `${name}-${attempt}`,
    name,
    attempt,
    state,
    createdAt: 1_000 + attempt,
    ...(state === 'created' ? {} : { startedAt: 1_000 + attempt }),
    ...(state === 'exited' ? { finishedAt: 2_000 + attempt, exitCode: 0 } : {}),
    image: container.image ?? '',
    imageId: `sha256:${name}`,
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, attempt),
    logPath: `/var/log/pods/${name}/${attempt}.log`,
    ...rest,
  };
}

export function testSandbox(
  pod: Pod,
  containers: readonly RuntimeContainer[],
  rest: Partial<SandboxStatus> = {},
): SandboxStatus {
  const attempt = rest.attempt ?? 0;
  const ready = rest.ready ?? true;
  return {
    id: `sandbox-${attempt}`,
    name: pod.metadata.name,
    namespace: pod.metadata.namespace,
    uid: pod.metadata.uid,
    attempt,
    ready,
    createdAt: 900 + attempt,
    ips: ready ? ['10.1.0.5'] : [],
    labels: podLabels(pod),
    annotations: {},
    containers,
    ...rest,
  };
}

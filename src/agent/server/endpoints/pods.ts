import { timeOf } from '../../../api/time.ts';
import type { Pod } from '../../../api/types.ts';
import { POD_NAME, POD_NAMESPACE, POD_UID } from '../../pods/identity.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import type { SandboxStatus } from '../../runtime/contract.ts';
import type { NodePods } from '../lookup.ts';
import { type AgentRoute, sendJson } from '../route.ts';

/** `/pods`: the pods that the node was given. */
export function podsRoute(pods: Pick<NodePods, 'pods'>): AgentRoute {
  return { name: 'pods', serve: (call) => sendJson(call, podList(pods.pods())) };
}

/** `/runningpods/`: what runs, by what the runtime knows of it (kubelet `server.go` `getRunningPods`). */
export function runningPodsRoute(view: Pick<RuntimeView, 'uids' | 'forPod'>): AgentRoute {
  return {
    name: 'runningpods',
    serve(call) {
      const sandboxes = view.uids().flatMap((uid) => view.forPod(uid).slice(0, 1));
      sendJson(call, podList(sandboxes.filter(({ ready }) => ready).map(runningPod)));
    },
  };
}

function podList(items: readonly (Pod | object)[]): object {
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
}

function runningPod({ name, namespace, uid, labels, createdAt, containers }: SandboxStatus): object {
  return {
    metadata: {
      name: labels[POD_NAME] ?? name,
      namespace: labels[POD_NAMESPACE] ?? namespace,
      uid: labels[POD_UID] ?? uid,
      creationTimestamp: timeOf(createdAt),
    },
    spec: {
      containers: containers
        .filter(({ state }) => state === 'running')
        .map((container) => ({ name: container.name, image: container.image, resources: {} })),
    },
    status: {},
  };
}

import type { Clock } from '../../base/clock.ts';
import type { Pod } from '../../api/types.ts';
import { instancesByName, specOf } from '../pods/identity.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { RuntimeContainer } from '../runtime/contract.ts';
import { HttpError } from './httpError.ts';

/** The pods that the API has given to this node. */
export interface NodePods {
  pods(): readonly Pod[];
  find(namespace: string, name: string): Pod | undefined;
  /** Resolves when all of them are known: right after its start the agent has yet to hear of them. */
  readonly known: Promise<unknown>;
}

/** As long as somebody may wait who asks right after a start. */
const PATIENCE_MS = 20_000;

/** @throws HttpError with kubelet's words where there is no such pod */
export async function findPod(
  pods: NodePods,
  clock: Pick<Clock, 'timeout'>,
  namespace: string,
  name: string,
): Promise<Pod> {
  await atMost(clock, PATIENCE_MS, pods.known);
  const pod = pods.find(namespace, name);
  if (pod === undefined) throw new HttpError(404, `pod "${name}" not found`);
  return pod;
}

function atMost(clock: Pick<Clock, 'timeout'>, ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.timeout(ms, resolve);
    void work.then(() => {
      timer.dispose();
      resolve();
    });
  });
}

/** The newest instance of a container, or the one before it. Errors as kubelet's `validateContainerLogStatus`. */
export function findContainer(
  view: Pick<RuntimeView, 'forPod'>,
  pod: Pod,
  name: string,
  previous: boolean,
): RuntimeContainer {
  if (specOf(pod, name) === undefined) {
    throw new HttpError(404, `container "${name}" not found in pod "${pod.metadata.name}"`);
  }
  const instances = instancesByName(view.forPod(pod.metadata.uid)).get(name) ?? [];
  if (previous) {
    const ended = instances[1];
    if (ended === undefined) {
      throw new HttpError(
        400,
        `previous terminated container "${name}" in pod "${pod.metadata.name}" not found`,
      );
    }
    return ended;
  }
  const [latest] = instances;
  // One that was made and has not started has nothing to show; what ran before it has.
  const instance = latest?.state === 'created' ? (instances[1] ?? latest) : latest;
  if (instance === undefined || instance.state === 'created') {
    const status = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.ephemeralContainerStatuses ?? []),
    ].find((candidate) => candidate.name === name);
    const reason = status?.state?.waiting?.reason ?? 'ContainerCreating';
    const why = /^(ErrImage|ImagePull|InvalidImage|ImageInspect)/.test(reason)
      ? `is waiting to start: ${imageText(reason)}`
      : `is waiting to start: ${reason}`;
    throw new HttpError(400, `container "${name}" in pod "${pod.metadata.name}" ${why}`);
  }
  return instance;
}

function imageText(reason: string): string {
  switch (reason) {
    case 'ErrImagePull':
      return "image can't be pulled";
    case 'ImagePullBackOff':
      return 'trying and failing to pull image';
    default:
      return reason;
  }
}

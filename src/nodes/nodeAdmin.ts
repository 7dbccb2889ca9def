import type { Clock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { isNotFound, isReason } from '../api/status.ts';
import type { Node, NodeCondition, Pod } from '../api/types.ts';
import { nodes, pods } from '../api/resources.ts';
import { timeOf } from '../api/time.ts';
import { quantityValue } from '../api/quantity.ts';
import { controllerOf, keyOf } from '../api/meta.ts';
import type { Client } from '../client/contract.ts';
import { httpsClient } from '../client/https.ts';
import { parseKubeconfig } from '../client/kubeconfig.ts';
import type { NodeAdmin } from '../protocol/nodeAdmin.ts';
import { createEnrolmentTokens } from './tokens.ts';

/** How long an eviction that a disruption budget refuses is held back before it is tried again (kubectl drain: 5 s). */
const EVICTION_RETRY_MS = 5_000;

const SECOND_MS = 1_000;

/** The API server waits for a node that is away; where it is away itself, it is asked again after this. */
const ANSWER_RETRY_MS = 500;

/** Over HTTPS, with the credentials of a kubeconfig's text; `close` lets the connection go. */
export function openNodeAdmin(kubeconfig: string, clock: Clock): NodeAdmin {
  const client = httpsClient(parseKubeconfig(kubeconfig).client);
  return { ...createNodeAdmin(client, clock), close: () => client.dispose() };
}

export function createNodeAdmin(client: Client, clock: Clock): Omit<NodeAdmin, 'close'> {
  const tokens = createEnrolmentTokens({ client, clock, random: systemRandom });
  return {
    issueToken: (node) => tokens.issue(node),
    async lastReports(names) {
      const { items } = await client.list(nodes);
      const reports = new Map(
        items
          .filter((node) => names.includes(node.metadata.name))
          .map((node) => [node.metadata.name, readyOf(node)?.lastHeartbeatTime ?? '']),
      );
      // Times have whole seconds: a report within the second of the last one could not be told from it.
      const last = Math.max(0, ...[...reports.values()].map((time) => Date.parse(time) || 0));
      await clock.sleep(Math.min(Math.max(last + SECOND_MS - clock.now(), 0), SECOND_MS));
      return reports;
    },
    async noteDown(names) {
      const [allNodes, allPods] = await Promise.all([client.list(nodes), client.list(pods)]);
      const down = allNodes.items.filter(
        (node) => names.includes(node.metadata.name) && readyOf(node)?.status === 'True',
      );
      const on = new Set(down.map((node) => node.metadata.name));
      const now = clock.now();
      await Promise.all([
        ...down.map((node) => noteSilence(client, node, now)),
        ...allPods.items
          .filter((pod) => on.has(pod.spec.nodeName ?? '') && isReady(pod))
          .map((pod) => notePodNotReady(client, pod, now)),
      ]);
    },
    async whenReady(names, onReady, signal, { reports, woken } = {}) {
      const asked = names.filter((name) => woken?.has(name) === true);
      await Promise.all(asked.map((name) => whenAnswers(client, clock, name, signal)));
      await whenReady(client, names, onReady, signal, reports);
    },
    async cordon(name) {
      const node = await client.get(nodes, { name }).catch(ignoreMissing);
      if (node === undefined || node.spec.unschedulable === true) return false;
      await setUnschedulable(client, name, true);
      return true;
    },
    uncordon: (name) => setUnschedulable(client, name, null),
    async drain(name, signal, onLeft) {
      await setUnschedulable(client, name, true, signal);
      const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${name}`, signal });
      const left = new Map(items.filter(isEvictable).map((pod) => [keyOf(pod.metadata), pod]));
      if (left.size > 0) onLeft([...left.keys()]);
      await Promise.all(
        [...left].map(async ([key, pod]) => {
          await evict(client, clock, pod, signal);
          left.delete(key);
          if (left.size > 0) onLeft([...left.keys()]);
        }),
      );
    },
    async capacity(name) {
      const { status } = await client.get(nodes, { name });
      const { cpu = '0', memory = '0' } = status?.capacity ?? {};
      return { cpus: quantityValue(cpu), memoryBytes: quantityValue(memory) };
    },
    async forget(node) {
      // First: an agent that still runs would make the Node again.
      await tokens.revoke(node);
      await client.delete(nodes, { name: node }).catch(ignoreMissing);
    },
  };
}

/** Conditions that an agent tells of. */
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** As the controller does it for a node that was silent for too long (`tryUpdateNodeHealth`). */
async function noteSilence(client: Client, { metadata: { name, uid } }: Node, now: number): Promise<void> {
  const conditions = REPORTED.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: timeOf(now),
  }));
  const patch = { metadata: { uid }, status: { conditions } };
  const type = 'application/strategic-merge-patch+json';
  await client.patch(nodes, { name }, type, patch, { subresource: 'status' }).catch(ignoreMissing);
}

/** As the controller does it then, a moment later (`MarkPodsNotReady`): nobody may find one ready before. */
async function notePodNotReady(client: Client, { metadata }: Pod, now: number): Promise<void> {
  const { namespace, name, uid } = metadata;
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: timeOf(now) }];
  const patch = { metadata: { uid }, status: { conditions } };
  const type = 'application/strategic-merge-patch+json';
  await client
    .patch(pods, { namespace, name }, type, patch, { subresource: 'status' })
    .catch((error: unknown) => {
      // Another pod has its name by now.
      if (!isReason(error, 'Conflict')) ignoreMissing(error);
    });
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;
}

/** Null takes the field away, as merge patches have it: a node that is open to pods has none. */
async function setUnschedulable(
  client: Client,
  name: string,
  unschedulable: true | null,
  signal?: AbortSignal,
): Promise<void> {
  await client
    .patch(nodes, { name }, 'application/merge-patch+json', { spec: { unschedulable } }, { signal })
    .catch(ignoreMissing);
}

/** Resolves when the node's agent answers over its link. */
async function whenAnswers(client: Client, clock: Clock, node: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const answers = await client
      .raw('GET', `/api/v1/nodes/${node}/proxy/healthz`, { signal })
      .then(async (response) => {
        await response.text();
        return response.code === 200;
      })
      .catch((error: unknown) => {
        if (isReason(error, 'ServiceUnavailable')) return false;
        throw error;
      });
    if (answers) return;
    await clock.sleep(ANSWER_RETRY_MS, signal);
  }
}

async function whenReady(
  client: Client,
  names: readonly string[],
  onReady: (node: string) => void,
  signal: AbortSignal,
  reports: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const missing = new Set(names);
  const see = (node: Node): void => {
    const { name } = node.metadata;
    const ready = readyOf(node);
    // An agent that starts always writes its whole status: what is no later than `reports` is from before its start.
    if (ready?.status !== 'True' || ready.lastHeartbeatTime === reports.get(name)) return;
    if (missing.delete(name)) onReady(name);
  };
  while (missing.size > 0) {
    signal.throwIfAborted();
    const list = await client.list(nodes, { signal });
    list.items.forEach(see);
    if (missing.size === 0) return;
    const stop = new AbortController();
    const events = client.watch(nodes, {
      resourceVersion: list.metadata.resourceVersion ?? '0',
      signal: AbortSignal.any([signal, stop.signal]),
    });
    for await (const batch of events) {
      for (const event of batch) if (event.type !== 'BOOKMARK') see(event.object);
      if (missing.size === 0) break;
    }
    stop.abort();
  }
}

function readyOf(node: Node): NodeCondition | undefined {
  return node.status?.conditions?.find((c) => c.type === 'Ready');
}

/** The pods that kubectl drain leaves: mirror pods, pods of DaemonSets, and pods that have ended. */
function isEvictable(pod: Pod): boolean {
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const mirror = pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
  return !ended && !mirror && controllerOf(pod)?.kind !== 'DaemonSet';
}

/** Evicts a pod and waits until it is gone. */
async function evict(client: Client, clock: Clock, pod: Pod, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  for (;;) {
    signal.throwIfAborted();
    try {
      await client.createSubresource(
        pods,
        { namespace, name },
        'eviction',
        {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace },
          deleteOptions: { preconditions: { uid } },
        },
        { signal },
      );
      break;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isReason(error, 'TooManyRequests')) throw error;
      await clock.sleep(EVICTION_RETRY_MS, signal);
    }
  }
  await whenGone(client, pod, signal);
}

async function whenGone(client: Client, pod: Pod, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const fieldSelector = `metadata.name=${name}`;
  const list = await client.list(pods, { namespace, fieldSelector, signal });
  if (!list.items.some((item) => item.metadata.uid === uid)) return;
  const stop = new AbortController();
  const events = client.watch(pods, {
    namespace,
    fieldSelector,
    resourceVersion: list.metadata.resourceVersion ?? '0',
    signal: AbortSignal.any([signal, stop.signal]),
  });
  for await (const batch of events) {
    if (batch.some((event) => event.type === 'DELETED' && event.object.metadata.uid === uid)) {
      stop.abort();
      return;
    }
  }
  // The watch ended before the pod did: look again.
  await whenGone(client, pod, signal);
}

function ignoreMissing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}

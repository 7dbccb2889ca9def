import { FakeClock, type Clock } from '../../src/base/clock.ts';
import { createLogger, type Logger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import { events, pods } from '../../src/api/resources.ts';
import type { Pod } from '../../src/api/types.ts';
import { type Agent, type AgentOptions, createAgent } from '../../src/agent/createAgent.ts';
import type { Machine } from '../../src/agent/node/machineInfo.ts';
import { createSimulatedRuntime, type SimulatedRuntime } from '../../src/agent/runtime/simulated.ts';
import type { Client } from '../../src/client/contract.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import type { ClusterSettings } from '../../src/protocol/agentLink.ts';
import { admin, startTestServer, type TestServer, type TestServerOptions } from './apiServer.ts';

export const testCluster: ClusterSettings = {
  clusterName: 'test',
  clusterDomain: 'cluster.local',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
};

export const testMachine: Machine = {
  info: () =>
    Promise.resolve({
      hostname: 'node-1',
      cpus: 4,
      memoryBytes: 8 * 1024 ** 3,
      storageBytes: 100 * 1024 ** 3,
      machineID: 'machine',
      systemUUID: 'system',
      bootID: 'boot',
      kernelVersion: '6.12',
      osImage: 'Test Linux',
      architecture: 'amd64',
    }),
  usage: () => Promise.resolve({ memoryAvailableBytes: 8 * 1024 ** 3, storageFree: 1, inodesFree: 1 }),
  cpuSeconds: () => Promise.resolve(12.5),
  addresses: () => ['192.168.0.2'],
};

/** Agents on a whole API server in memory. */
export interface AgentWorld {
  readonly server: TestServer;
  readonly client: Client;
  createPod(name: string, spec: Record<string, unknown>, metadata?: Record<string, unknown>): Promise<Pod>;
  pod(name: string): Promise<Pod>;
  /** Resolves with the object once it is as wanted; rejects with what it is when the time is over. */
  until<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    is: (object: T | undefined) => boolean,
  ): Promise<T>;
  podUntil(name: string, is: (pod: Pod) => boolean): Promise<Pod>;
  podGone(name: string): Promise<void>;
  /** `Type Reason Message` of the events about an object, in the order of their creation. */
  eventsOf(name: string): Promise<string[]>;
  startAgent(options?: Partial<AgentOptions>): Promise<RunningAgent>;
  stop(): Promise<void>;
}

export interface RunningAgent {
  readonly agent: Agent;
  /** Ends the agent; what runs in its runtime goes on. */
  stop(): Promise<void>;
}

const NAMESPACE = 'default';
const LIMIT_MS = 20_000;
const quiet: Logger = createLogger((line) => process.stderr.write(`${line}\n`), { level: 'error' });

export function simulatedRuntime(clock: Clock): SimulatedRuntime {
  let last = 0;
  return createSimulatedRuntime({
    clock,
    name: 'sim',
    address: { take: () => `10.244.0.${++last}`, give: () => undefined },
    isMissing: (reference) => reference.includes('missing'),
  });
}

export async function startAgentWorld(options: TestServerOptions = {}): Promise<AgentWorld> {
  const server = await startTestServer(options);
  const client = inProcessClient(server.handler, admin);
  const running = new Set<RunningAgent>();
  const world: AgentWorld = {
    server,
    client,
    createPod: (name, spec, metadata = {}) =>
      client.create(pods, {
        metadata: { name, namespace: NAMESPACE, ...metadata },
        spec: { nodeName: 'node-1', ...spec } as never,
      }),
    pod: (name) => client.get(pods, { namespace: NAMESPACE, name }),
    until: (resource, name, is) => untilObject(client, resource, name, is),
    podUntil: (name, is) => untilObject(client, pods, name, (pod) => pod !== undefined && is(pod)),
    async podGone(name) {
      await untilObject(client, pods, name, (pod) => pod === undefined).catch((error: unknown) => {
        if (error !== GONE) throw error;
      });
    },
    async eventsOf(name) {
      const { items } = await client.list(events, { namespace: NAMESPACE });
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map(({ type, reason, message }) => `${type ?? ''} ${reason ?? ''} ${message ?? ''}`);
    },
    async startAgent(options = {}) {
      const clock = options.clock ?? new FakeClock(Date.now());
      const agent = createAgent({
        client,
        nodeName: 'node-1',
        runtime: options.runtime ?? simulatedRuntime(clock),
        machine: testMachine,
        settings: { labels: {} },
        cluster: testCluster,
        random: systemRandom,
        logger: quiet,
        ...options,
        clock,
      });
      const abort = new AbortController();
      const done = agent.run(abort.signal);
      const started: RunningAgent = {
        agent,
        async stop() {
          running.delete(started);
          abort.abort();
          await done;
        },
      };
      running.add(started);
      await agent.registered();
      return started;
    },
    async stop() {
      await Promise.all([...running].map((started) => started.stop()));
      await server.stop();
    },
  };
  return world;
}

const GONE = new Error('gone');

async function untilObject<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  name: string,
  is: (object: T | undefined) => boolean,
): Promise<T> {
  const abort = new AbortController();
  let last: T | undefined;
  const timer = setTimeout(() => abort.abort(), LIMIT_MS);
  const selection = {
    ...(resource.namespaced ? { namespace: NAMESPACE } : {}),
    fieldSelector: `metadata.name=${name}`,
    signal: abort.signal,
  };
  try {
    const list = await client.list(resource, selection);
    last = list.items[0];
    if (is(last)) return result(last);
    const { resourceVersion = '0' } = list.metadata;
    for await (const batch of client.watch(resource, { ...selection, resourceVersion })) {
      for (const event of batch) {
        if (event.type === 'BOOKMARK') continue;
        last = event.type === 'DELETED' ? undefined : event.object;
        if (is(last)) return result(last);
      }
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
  throw new Error(`${resource.plural} ${name} did not become as wanted: ${JSON.stringify(last, null, 1)}`);
}

function result<T>(object: T | undefined): T {
  if (object === undefined) throw GONE;
  return object;
}

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

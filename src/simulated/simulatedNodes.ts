import path from 'node:path';
import type { Duplex } from 'node:stream';
import { localLink } from '../agent/link/localLink.ts';
import { addressPool, createSimulatedNode, type SimulatedNodeOptions } from '../agent/simulatedNode.ts';
import { systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { systemRandom } from '../base/random.ts';
import { nodes, services } from '../api/resources.ts';
import { isNotFound } from '../api/status.ts';
import type { UserInfo } from '../api/request.ts';
import type { Client } from '../client/contract.ts';
import { createInformerFactory } from '../client/informerFactory.ts';
import type { MachineFile } from '../cluster/machines/simulated.ts';
import { fileExists, listNames, makeFolder, readText } from '../host/files.ts';
import { watchFolder } from '../host/watchFile.ts';

export interface SimulatedNodesOptions {
  /** A client that acts as the user. */
  readonly clientFor: (user: UserInfo) => Client;
  /** For what all simulated nodes share. */
  readonly shared: Client;
  readonly cluster: SimulatedNodeOptions['cluster'];
  /** Where the API server finds them for logs and exec. */
  readonly hub: { attach(node: string, open: () => Duplex): Disposable };
  /** Nodes that are there from the beginning, by number. */
  readonly count: number;
  /** Where the simulated machines of the cluster are kept, a file each: followed as they come and go. */
  readonly folder: string;
  readonly logger: Logger;
}

/** Runs the nodes that need no machine, inside the control plane, until the signal aborts. */
export async function runSimulatedNodes(options: SimulatedNodesOptions, signal: AbortSignal): Promise<void> {
  const { clientFor, shared, cluster, hub, logger, folder } = options;
  const clock = systemClock;
  const informers = createInformerFactory({ client: shared, clock, logger });
  const sharedServices = informers.for(services);
  informers.start(signal);
  const running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  let index = 0;

  const start = (nodeName: string, capacity: Readonly<Record<string, string>> = {}): void => {
    index += 1;
    const stop = new AbortController();
    const user = { name: `system:node:${nodeName}`, groups: ['system:nodes', 'system:authenticated'] };
    const node = createSimulatedNode({
      client: clientFor(user),
      nodeName,
      address: `172.31.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      pods: addressPool(`10.${200 + Math.floor(index / 256)}.${index % 256}`),
      settings: { labels: { 'wheelhouse.io/simulated': 'true' }, capacity },
      cluster,
      clock,
      random: systemRandom,
      logger,
      services: sharedServices,
    });
    const link = localLink(node.handlers);
    const attachment = hub.attach(nodeName, () => link.open());
    const ended = node.run(AbortSignal.any([signal, stop.signal])).finally(() => {
      attachment.dispose();
      link.dispose();
    });
    running.set(nodeName, { stop, ended });
  };
  const follow = async (): Promise<void> => {
    const wanted = await machinesIn(folder);
    if (signal.aborted) return;
    for (const [name, capacity] of wanted) if (!running.has(name)) start(name, capacity);
    for (const [name, node] of running) {
      if (wanted.has(name) || name.startsWith(NUMBERED)) continue;
      node.stop.abort();
      running.delete(name);
      await node.ended;
      // It may have registered once more between its machine's end and its own.
      if (!(await fileExists(path.join(folder, `${name}.json`)))) await forget(shared, name);
    }
  };

  for (let number = 1; number <= options.count; number++) start(`${NUMBERED}${number}`);
  await makeFolder(folder);
  // One after the other: of two that read at the same time, the one that read first may act last.
  let following = follow();
  const watcher = watchFolder(folder, () => {
    following = following
      .then(follow)
      .catch((error: unknown) => logger.warn('simulated machines cannot be read', { error }));
  });
  await following;
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  watcher.dispose();
  await Promise.all([...running.values()].map((node) => node.ended));
  await informers.stopped();
}

async function forget(client: Client, name: string): Promise<void> {
  await client.delete(nodes, { name }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

const NUMBERED = 'simulated-';

/** The machines that are on, by name, with the capacity that their size gives them. */
async function machinesIn(folder: string): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const files = (await listNames(folder)).filter((file) => file.endsWith('.json'));
  const on = await Promise.all(
    files.map(async (file): Promise<(readonly [string, Record<string, string>])[]> => {
      const text = (await readText(path.join(folder, file))) ?? '{}';
      const { state, cpus, memoryBytes } = JSON.parse(text) as Partial<MachineFile>;
      if (state !== 'running') return [];
      const capacity = {
        ...(cpus === undefined ? {} : { cpu: String(cpus) }),
        ...(memoryBytes === undefined ? {} : { memory: String(memoryBytes) }),
      };
      return [[path.basename(file, '.json'), capacity]];
    }),
  );
  return new Map(on.flat());
}

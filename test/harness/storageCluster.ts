import { systemClock } from '../../src/base/clock.ts';
import { createLogger, silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { events, nodes, persistentVolumeClaims, persistentVolumes, pods } from '../../src/api/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../src/api/types.ts';
import { admissionPlugins } from '../../src/apiserver/admission/index.ts';
import { createAdmissionReader } from '../../src/apiserver/admission/reader.ts';
import {
  createServiceAllocators,
  type ServiceAllocators,
} from '../../src/apiserver/allocators/serviceAllocators.ts';
import { objectsHook } from '../../src/apiserver/bootstrap/hooks.ts';
import { storageClassHook } from '../../src/apiserver/bootstrap/storageClass.ts';
import { systemObjects } from '../../src/apiserver/bootstrap/systemObjects.ts';
import type { Client } from '../../src/client/contract.ts';
import { createEventRecorder } from '../../src/client/eventWriter.ts';
import { createInformerFactory } from '../../src/client/informerFactory.ts';
import { controllers } from '../../src/controllers/index.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { admin } from './apiServer.ts';
import { type ControlledCluster, startControlledCluster } from './controlledCluster.ts';

/** The controllers that have to do with pods and their volumes. */
const PARTS = new Set([
  'statefulset',
  'persistentvolume-binder',
  'persistentvolume-expander',
  'persistentvolumeclaim-protection',
  'persistentvolume-protection',
  'volumeattributesclass-protection',
  'ephemeral-volume',
  'garbagecollector',
]);
const NAMESPACE = 'default';
const MERGE = 'application/merge-patch+json';

/** A cluster with the scheduler and the controllers of volumes, whose nodes are objects and run every pod they get. */
export class StorageCluster {
  readonly cluster: ControlledCluster;
  /** `NODE/VOLUME` for each time that a node was asked to remove data. */
  readonly removed: string[];
  readonly #node: { refusal: Error | undefined };
  readonly #end: () => Promise<void>;

  private constructor(
    cluster: ControlledCluster,
    node: { refusal: Error | undefined; removed: string[] },
    end: () => Promise<void>,
  ) {
    this.cluster = cluster;
    this.#node = node;
    this.removed = node.removed;
    this.#end = end;
  }

  static async start(): Promise<StorageCluster> {
    const node: { refusal: Error | undefined; removed: string[] } = { refusal: undefined, removed: [] };
    let allocators: ServiceAllocators | undefined;
    const cluster = await startControlledCluster({
      controllers: (resources) =>
        controllers({
          resources,
          ca: '',
          localVolumes: {
            remove(name, volume) {
              if (node.refusal !== undefined) return Promise.reject(node.refusal);
              node.removed.push(`${name}/${volume}`);
              return Promise.resolve();
            },
          },
        }).filter(({ name }) => PARTS.has(name)),
      server: {
        admission(cache) {
          allocators = createServiceAllocators({
            cache,
            clock: systemClock,
            random: systemRandom,
            serviceCidr: '10.96.0.0/24',
          });
          return admissionPlugins({
            cache,
            reader: createAdmissionReader(cache),
            clock: systemClock,
            random: systemRandom,
            allocators,
            authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
          }).filter(({ name }) => name !== 'ServiceAccount');
        },
        postStartHooks: [objectsHook('system', admin, systemObjects()), storageClassHook(admin)],
      },
    });
    if (cluster.kubelet !== undefined) cluster.kubelet.ready = (pod) => (pod.spec.nodeName ?? '') !== '';
    const stop = new AbortController();
    const scheduling = schedule(cluster.client, stop.signal);
    return new StorageCluster(cluster, node, async () => {
      stop.abort();
      await scheduling;
      await cluster.stop();
      allocators?.dispose();
    });
  }

  get client(): Client {
    return this.cluster.client;
  }

  stop(): Promise<void> {
    return this.#end();
  }

  /** What nodes say when they are asked to remove data; undefined: they do. */
  refuse(error: Error | undefined): void {
    this.#node.refusal = error;
  }

  until(what: string, condition: () => boolean): Promise<void> {
    return this.cluster.until(what, condition);
  }

  async addNodes(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const labels = { 'kubernetes.io/hostname': name };
      await this.client.create(nodes, { metadata: { name, labels }, spec: {} });
      await this.setReady(name, true);
    }
  }

  async setReady(name: string, ready: boolean): Promise<void> {
    const allocatable = { cpu: '8', memory: '8Gi', pods: '110' };
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }];
    const status = { allocatable, capacity: allocatable, conditions };
    await this.client.patch(nodes, { name }, MERGE, { status }, { subresource: 'status' });
    // Without the node controller nobody takes the taint of new nodes away.
    await this.client.patch(nodes, { name }, MERGE, { spec: { taints: null } });
  }

  claim(name: string): PersistentVolumeClaim | undefined {
    return this.cluster.get(persistentVolumeClaims, NAMESPACE, name);
  }

  /** The volume that is reserved for a claim. */
  volumeOf(claim: string): PersistentVolume | undefined {
    return this.volumes.find(({ spec }) => spec.claimRef?.name === claim);
  }

  get volumes(): readonly PersistentVolume[] {
    return this.cluster.list(persistentVolumes);
  }

  pod(name: string): Pod | undefined {
    return this.cluster.get(pods, NAMESPACE, name);
  }

  runs(name: string): boolean {
    const conditions = this.pod(name)?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  }

  /** `REASON: MESSAGE` of the events about an object. */
  eventsOf(name: string): string[] {
    return this.cluster
      .list(events)
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason, message }) => `${reason ?? ''}: ${message ?? ''}`);
  }

  /** Resolves when an event about the object has the text. */
  untilTold(name: string, text: string): Promise<void> {
    return this.until(text, () => this.eventsOf(name).some((event) => event.includes(text)));
  }

  makeClaim(name: string, spec: object = {}): Promise<PersistentVolumeClaim> {
    return this.client.create(persistentVolumeClaims, {
      metadata: { name, namespace: NAMESPACE },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    });
  }

  patchClaim(name: string, spec: object): Promise<PersistentVolumeClaim> {
    return this.client.patch(persistentVolumeClaims, { namespace: NAMESPACE, name }, MERGE, { spec });
  }

  /** A pod with volumes, or one with a claim. */
  makePod(name: string, volumes: readonly object[] | string, spec: object = {}): Promise<Pod> {
    const list =
      typeof volumes === 'string'
        ? [{ name: 'data', persistentVolumeClaim: { claimName: volumes } }]
        : volumes;
    return this.client.create(pods, {
      metadata: { name, namespace: NAMESPACE },
      spec: { containers: [{ name: 'c', image: 'i' }], volumes: list as never, ...spec },
    });
  }

  makeVolume(name: string, spec: object = {}): Promise<PersistentVolume> {
    return this.client.create(persistentVolumes, {
      metadata: { name },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: `/${name}` },
        ...spec,
      },
    });
  }

  async deletePod(name: string): Promise<void> {
    await this.client.delete(pods, { namespace: NAMESPACE, name });
  }

  async deleteClaim(name: string): Promise<void> {
    await this.client.delete(persistentVolumeClaims, { namespace: NAMESPACE, name });
  }
}

async function schedule(client: Client, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  const informers = createInformerFactory({ client, clock, logger: silentLogger });
  const component = 'default-scheduler';
  const recorder = createEventRecorder({ client, clock, logger: silentLogger, component });
  const logger = createLogger((line) => process.stderr.write(`${line}\n`), { level: 'error' });
  const scheduler = createScheduler({
    client,
    informers,
    events: recorder,
    clock,
    random: systemRandom,
    logger,
  });
  informers.start(signal);
  await scheduler.run(signal);
  await informers.stopped();
  await recorder.flushed();
}

/**
 * Pods a second from POST over HTTPS to bound and durable: API server on SQLite on disk and scheduler in this thread,
 * as in the control plane; nodes exist as objects only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { nodes, pods } from '../../src/api/resources.ts';
import { createEventRecorder } from '../../src/client/eventWriter.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import { createInformerFactory } from '../../src/client/informerFactory.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { startTestServer, type TestServer } from '../harness/apiServer.ts';
import type { Benchmark } from './benchmark.ts';
import { schedulingCore } from './schedulingCore.ts';
import { type HttpsApi, serveHttps } from '../harness/httpsApi.ts';
import type { PodCreatorData } from './podCreator.ts';

export interface SchedulingBenchOptions {
  readonly nodes: number;
  readonly pods: number;
  readonly connections?: number;
}

export interface SchedulingBenchResult {
  readonly podsPerSecond: number;
  /** CPU time that this thread (server and scheduler, not the client) took for each pod, ms. */
  readonly cpuMs: number;
}

export async function scheduling(options: SchedulingBenchOptions): Promise<SchedulingBenchResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wheelhouse-bench-'));
  const server = await startTestServer({ storagePath: path.join(folder, 'store.db') });
  const https = await serveHttps(server.handler);
  try {
    return await measure(options, server, https);
  } finally {
    await https.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

async function measure(
  { nodes: nodeCount, pods: podCount, connections = 32 }: SchedulingBenchOptions,
  server: TestServer,
  https: HttpsApi,
): Promise<SchedulingBenchResult> {
  const client = inProcessClient(server.handler, {
    name: 'system:kube-scheduler',
    groups: ['system:authenticated'],
  });
  const creations = Array.from({ length: nodeCount }, async (_, i) => {
    const name = `node-${i}`;
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${i % 3}` };
    await server.call('POST', '/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
    });
    const capacity = { cpu: '4', memory: '32Gi', pods: '110' };
    await server.call(
      'PATCH',
      `/api/v1/nodes/${name}/status`,
      { status: { capacity, allocatable: capacity } },
      { headers: { 'content-type': 'application/merge-patch+json' } },
    );
  });
  await Promise.all(creations);

  const stop = new AbortController();
  const clock = systemClock;
  const logger = silentLogger;
  const informers = createInformerFactory({ client, clock, logger });
  const events = createEventRecorder({ client, clock, logger, component: 'default-scheduler' });
  const scheduler = createScheduler({ client, informers, events, clock, random: systemRandom, logger });
  const podInformer = informers.for(pods);
  const nodeInformer = informers.for(nodes);
  informers.start(stop.signal);
  await informers.whenSynced(stop.signal);
  if (nodeInformer.list().length !== nodeCount) throw new Error('not all nodes are there');
  const running = scheduler.run(stop.signal);

  const admin = await https.issue('admin', ['system:masters']);
  const url = https.url;
  let from = 0;
  const round = async (count: number): Promise<SchedulingBenchResult> => {
    let bound = 0;
    const all = new Promise<void>((resolve) => {
      const subscription = podInformer.addHandler({
        onUpdate(pod, old) {
          if (old.spec.nodeName !== undefined || pod.spec.nodeName === undefined) return;
          if (++bound < count) return;
          queueMicrotask(() => subscription.dispose());
          resolve();
        },
      });
    });
    const data: PodCreatorData = {
      url,
      ca: https.ca.cert,
      cert: admin.cert,
      key: admin.key,
      from,
      count,
      connections,
    };
    from += count;
    const start = performance.now();
    const cpuStart = process.threadCpuUsage();
    const worker = new Worker(new URL('podCreator.ts', import.meta.url), { workerData: data });
    const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error));
    await Promise.race([all, failed]);
    const seconds = (performance.now() - start) / 1000;
    const cpu = process.threadCpuUsage(cpuStart);
    await worker.terminate();
    failed.catch(() => undefined);
    return { podsPerSecond: count / seconds, cpuMs: (cpu.user + cpu.system) / 1e3 / count };
  };
  await round(Math.min(1000, podCount));
  const result = await round(podCount);
  await events.flushed();
  stop.abort();
  await running;
  await informers.stopped();
  return result;
}

/** What the scheduler alone can do is the limit: the rest is the price of API, storage and HTTPS. */
export const schedulingBenchmark: Benchmark = {
  name: 'scheduling',
  async run(report) {
    const nodeCount = 5000;
    const alone = await schedulingCore({ nodes: nodeCount, pods: 5000 });
    const { podsPerSecond, cpuMs } = await scheduling({ nodes: nodeCount, pods: 5000 });
    const limit = { what: 'scheduler alone', value: alone };
    report({
      what: 'pods POSTed, bound, 5,000 nodes',
      value: podsPerSecond,
      unit: '/s',
      target: { atLeast: 1000 },
    });
    report({ what: 'the same, ratio to the scheduler', value: podsPerSecond, unit: '/s', limit });
    report({ what: 'CPU of the control plane per pod', value: cpuMs, unit: 'ms', target: { atMost: 1 } });
  },
};

import type { Storage, StoreStatus } from '../../storage/contract.ts';
import type { Route } from '../verbs/nonResource.ts';
import { type HealthCheck, healthResponse } from './health.ts';
import type { RequestMetrics } from './requestMetrics.ts';
import { apiVersion } from './version.ts';

export interface ObserveOptions {
  readonly live: readonly HealthCheck[];
  /** Besides the live ones. */
  readonly ready: readonly HealthCheck[];
  readonly metrics: RequestMetrics;
  readonly storage: Pick<Storage, 'status'>;
  /** Stored objects by `plural.group`. */
  countObjects(): Readonly<Record<string, number>>;
}

/** Health, version and metrics. */
export function observeRoutes(options: ObserveOptions): readonly Route[] {
  const { live, ready } = options;
  return [
    ...healthRoutes('healthz', live),
    ...healthRoutes('livez', live),
    ...healthRoutes('readyz', [...live, ...ready]),
    // As upstream, indented for people in every case.
    { path: '/version', handle: () => ({ type: 'object', code: 200, object: apiVersion, pretty: true }) },
    {
      path: '/metrics',
      handle: async () => ({
        type: 'raw',
        code: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: metricsText(options, await options.storage.status()),
      }),
    },
  ];
}

function healthRoutes(name: string, checks: readonly HealthCheck[]): Route[] {
  const root = `/${name}`;
  const handle: Route['handle'] = ({ request }) =>
    healthResponse(name, request.info.path.slice(root.length).replace(/\/$/, ''), checks, request.query);
  return [
    { path: root, handle },
    { path: `${root}/`, handle },
  ];
}

function metricsText({ metrics, ...options }: ObserveOptions, store: StoreStatus): string {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return `${[
    metrics.render(),
    '# HELP apiserver_storage_objects Number of stored objects split by kind.',
    '# TYPE apiserver_storage_objects gauge',
    ...Object.entries(options.countObjects()).map(
      ([resource, count]) => `apiserver_storage_objects{resource="${resource}"} ${count}`,
    ),
    '# HELP wheelhouse_storage_revision The revision of the last durable write.',
    '# TYPE wheelhouse_storage_revision gauge',
    `wheelhouse_storage_revision ${store.revision}`,
    '# HELP wheelhouse_storage_compacted_revision The oldest revision that can be read.',
    '# TYPE wheelhouse_storage_compacted_revision gauge',
    `wheelhouse_storage_compacted_revision ${store.compacted}`,
    '# HELP process_resident_memory_bytes Resident memory size in bytes.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${memory.rss}`,
    '# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.',
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`,
  ].join('\n')}\n`;
}

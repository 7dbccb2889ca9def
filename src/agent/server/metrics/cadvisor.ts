import type { Machine } from '../../node/machineInfo.ts';
import type { MetricFamily, MetricSample } from './text.ts';
import type { ContainerUsage, PodUsage } from './usage.ts';

const SECOND_NANOS = 1e9;

/** `/metrics/cadvisor`: of cAdvisor's metrics those that the runtime measures. */
export async function cadvisorMetrics(
  pods: readonly PodUsage[],
  machine: Machine,
): Promise<readonly MetricFamily[]> {
  const info = await machine.info();
  const samples = (value: (container: ContainerUsage) => number): readonly MetricSample[] =>
    pods.flatMap(({ name, namespace, containers }) =>
      containers.map((container) => ({
        labels: {
          container: container.instance.name,
          id: container.instance.id,
          image: container.instance.image,
          name: container.instance.id,
          namespace,
          pod: name,
        },
        value: value(container),
        time: container.stats.time,
      })),
    );
  return [
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'CPU time that the container has used, in seconds of one core',
      type: 'counter',
      samples: samples(({ stats }) => stats.cpuUsageNanos / SECOND_NANOS),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Memory of the container that cannot be given back at once',
      type: 'gauge',
      samples: samples(({ stats }) => stats.memoryWorkingSetBytes),
    },
    {
      name: 'container_fs_usage_bytes',
      help: 'Bytes that the container has written into its own file system',
      type: 'gauge',
      samples: samples(({ stats }) => stats.filesystemUsedBytes),
    },
    {
      name: 'container_start_time_seconds',
      help: 'When the container started, in seconds since 1970',
      type: 'gauge',
      samples: samples(({ instance }) => (instance.startedAt ?? instance.createdAt) / 1000),
    },
    {
      name: 'container_last_seen',
      help: 'When the container was measured last, in seconds since 1970',
      type: 'gauge',
      samples: samples(({ stats }) => stats.time / 1000),
    },
    {
      name: 'machine_cpu_cores',
      help: 'Cores of the machine',
      type: 'gauge',
      samples: [{ value: info.cpus }],
    },
    {
      name: 'machine_memory_bytes',
      help: 'Memory of the machine',
      type: 'gauge',
      samples: [{ value: info.memoryBytes }],
    },
  ];
}

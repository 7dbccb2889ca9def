import type { Clock } from '../../../base/clock.ts';
import type { Machine } from '../../node/machineInfo.ts';
import type { MetricFamily, MetricSample } from './text.ts';
import { measuredAt, type PodUsage, total } from './usage.ts';

const SECOND_NANOS = 1e9;

/** `/metrics/resource` (kubelet `pkg/kubelet/metrics/collectors/resource_metrics.go`). */
export async function resourceMetrics(
  pods: readonly PodUsage[],
  machine: Machine,
  clock: Clock,
): Promise<readonly MetricFamily[]> {
  const [info, usage, cpuSeconds] = await Promise.all([
    machine.info(),
    machine.usage(),
    machine.cpuSeconds(),
  ]);
  const time = clock.now();
  const running = pods.filter(({ containers }) => containers.length > 0);
  const ofContainers = (
    value: (usage: PodUsage['containers'][number]) => MetricSample,
  ): readonly MetricSample[] =>
    running.flatMap(({ name, namespace, containers }) =>
      containers.map((container) => ({
        labels: { container: container.instance.name, namespace, pod: name },
        ...value(container),
      })),
    );
  const ofPods = (value: (pod: PodUsage) => number): readonly MetricSample[] =>
    running.map((pod) => ({
      labels: { namespace: pod.namespace, pod: pod.name },
      value: value(pod),
      time: measuredAt(pod),
    }));
  return [
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'CPU time that the container has used, in seconds of one core',
      type: 'counter',
      samples: ofContainers(({ stats }) => ({ value: stats.cpuUsageNanos / SECOND_NANOS, time: stats.time })),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Memory of the container that cannot be given back at once',
      type: 'gauge',
      samples: ofContainers(({ stats }) => ({ value: stats.memoryWorkingSetBytes, time: stats.time })),
    },
    {
      name: 'container_start_time_seconds',
      help: 'When the container started, in seconds since 1970',
      type: 'gauge',
      samples: ofContainers(({ instance }) => ({ value: (instance.startedAt ?? instance.createdAt) / 1000 })),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      help: 'CPU time that the node has used, in seconds of one core',
      type: 'counter',
      samples: [{ value: cpuSeconds, time }],
    },
    {
      name: 'node_memory_working_set_bytes',
      help: 'Memory of the node that cannot be given back at once',
      type: 'gauge',
      samples: [{ value: Math.max(info.memoryBytes - usage.memoryAvailableBytes, 0), time }],
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      help: 'CPU time that the pod has used, in seconds of one core',
      type: 'counter',
      samples: ofPods((pod) => total(pod, ({ cpuUsageNanos }) => cpuUsageNanos) / SECOND_NANOS),
    },
    {
      name: 'pod_memory_working_set_bytes',
      help: 'Memory of the pod that cannot be given back at once',
      type: 'gauge',
      samples: ofPods((pod) => total(pod, ({ memoryWorkingSetBytes }) => memoryWorkingSetBytes)),
    },
    {
      name: 'resource_scrape_error',
      help: '1 if something of this could not be measured, else 0',
      type: 'gauge',
      samples: [{ value: 0 }],
    },
  ];
}

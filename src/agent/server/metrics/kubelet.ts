import type { Clock } from '../../../base/clock.ts';
import { KUBELET_VERSION } from '../../node/nodeStatus.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import type { MetricFamily } from './text.ts';

/** The agent's own process, as Node tells of it. */
export interface OwnProcess {
  cpuUsage(): { readonly user: number; readonly system: number };
  memoryUsage(): { readonly rss: number };
  /** Seconds since its start. */
  uptime(): number;
}

export interface KubeletMetricsOptions {
  readonly nodeName: string;
  readonly view: Pick<RuntimeView, 'uids' | 'forPod'>;
  readonly clock: Clock;
  readonly ownProcess: OwnProcess;
}

/** `/metrics`: of kubelet's own metrics those that have a meaning here (kubelet `pkg/kubelet/metrics/metrics.go`). */
export function kubeletMetrics({
  nodeName,
  view,
  clock,
  ownProcess,
}: KubeletMetricsOptions): readonly MetricFamily[] {
  const sandboxes = view.uids().flatMap((uid) => view.forPod(uid));
  const states = new Map<string, number>();
  for (const { state } of sandboxes.flatMap(({ containers }) => containers)) {
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const { user, system } = ownProcess.cpuUsage();
  return [
    {
      name: 'kubelet_node_name',
      help: "The node's name",
      type: 'gauge',
      samples: [{ labels: { node: nodeName }, value: 1 }],
    },
    {
      name: 'kubelet_running_pods',
      help: 'Pods that have a sandbox which runs',
      type: 'gauge',
      samples: [{ value: sandboxes.filter(({ ready }) => ready).length }],
    },
    {
      name: 'kubelet_running_containers',
      help: 'Containers by their state',
      type: 'gauge',
      samples: [...states].map(([state, value]) => ({ labels: { container_state: state }, value })),
    },
    {
      name: 'kubernetes_build_info',
      help: 'What this is compatible with',
      type: 'gauge',
      samples: [{ labels: { git_version: KUBELET_VERSION, platform: 'linux' }, value: 1 }],
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'CPU time that the agent has used, in seconds of one core',
      type: 'counter',
      samples: [{ value: (user + system) / 1e6 }],
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of the agent',
      type: 'gauge',
      samples: [{ value: ownProcess.memoryUsage().rss }],
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the agent started, in seconds since 1970',
      type: 'gauge',
      samples: [{ value: clock.now() / 1000 - ownProcess.uptime() }],
    },
  ];
}

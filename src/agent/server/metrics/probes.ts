import type { ProbeCount } from '../../probes/probeManager.ts';
import type { MetricFamily } from './text.ts';

/** `/metrics/probes` (kubelet `pkg/kubelet/prober/prober_manager.go`). */
export function probeMetrics(counts: readonly ProbeCount[]): readonly MetricFamily[] {
  return [
    {
      name: 'prober_probe_total',
      help: 'Probes that were run, by what they came to',
      type: 'counter',
      samples: counts.map(({ pod, namespace, uid, container, type, result, count }) => ({
        labels: {
          container,
          namespace,
          pod,
          pod_uid: uid,
          probe_type: `${type.charAt(0).toUpperCase()}${type.slice(1)}`,
          result,
        },
        value: count,
      })),
    },
  ];
}

import type { Clock } from '../../../base/clock.ts';
import type { Machine } from '../../node/machineInfo.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import type { ProbeManager } from '../../probes/probeManager.ts';
import type { Runtime } from '../../runtime/contract.ts';
import { HttpError } from '../httpError.ts';
import { cadvisorMetrics } from '../metrics/cadvisor.ts';
import { kubeletMetrics, type OwnProcess } from '../metrics/kubelet.ts';
import { probeMetrics } from '../metrics/probes.ts';
import { resourceMetrics } from '../metrics/resource.ts';
import { type MetricFamily, METRICS_TYPE, metricsText } from '../metrics/text.ts';
import type { StorageMeter } from '../metrics/storage.ts';
import { podUsages } from '../metrics/usage.ts';
import { volumeMetrics } from '../metrics/volumes.ts';
import { type AgentRoute, sendText } from '../route.ts';

export interface MetricsRouteOptions {
  readonly runtime: Pick<Runtime, 'stats'>;
  readonly view: Pick<RuntimeView, 'uids' | 'forPod'>;
  readonly probes: Pick<ProbeManager, 'counts'>;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly ownProcess: OwnProcess;
  /** Missing for a node without files. */
  readonly storage: StorageMeter | undefined;
}

/** `/metrics` and what is below it. */
export function metricsRoute(options: MetricsRouteOptions): AgentRoute {
  const { runtime, view, machine, clock } = options;
  const families = async (which: string): Promise<readonly MetricFamily[]> => {
    switch (which) {
      case '':
        return [...kubeletMetrics(options), ...volumeMetrics((await options.storage?.claims()) ?? [])];
      case 'resource':
        return resourceMetrics(await podUsages(runtime, view), machine, clock);
      case 'cadvisor':
        return cadvisorMetrics(await podUsages(runtime, view), machine);
      case 'probes':
        return probeMetrics(options.probes.counts());
      default:
        throw new HttpError(404, '404 page not found');
    }
  };
  return {
    name: 'metrics',
    async serve(call) {
      sendText(call, metricsText(await families(call.rest.join('/'))), METRICS_TYPE);
    },
  };
}

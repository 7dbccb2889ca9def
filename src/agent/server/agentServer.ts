import path from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import type { AgentHandlers } from '../link/link.ts';
import type { Machine } from '../node/machineInfo.ts';
import type { AgentPaths } from '../paths.ts';
import type { PodBus } from '../pods/podBus.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { ProbeManager } from '../probes/probeManager.ts';
import type { Runtime } from '../runtime/contract.ts';
import { configzRoute } from './endpoints/configz.ts';
import { containerLogsRoute } from './endpoints/containerLogs.ts';
import { healthzRoute } from './endpoints/healthz.ts';
import { metricsRoute } from './endpoints/metrics.ts';
import { podsRoute, runningPodsRoute } from './endpoints/pods.ts';
import { statsRoute } from './endpoints/stats.ts';
import { systemLogsRoute } from './endpoints/systemLogs.ts';
import { HttpError, sendError } from './httpError.ts';
import type { LogSource } from './logReader.ts';
import type { NodePods } from './lookup.ts';
import type { StorageMeter } from './metrics/storage.ts';
import type { OwnProcess } from './metrics/kubelet.ts';
import type { AgentRoute } from './route.ts';
import { openStream } from './streams/openStream.ts';

export interface AgentServerOptions {
  readonly runtime: Runtime;
  readonly view: RuntimeView;
  readonly bus: PodBus;
  readonly pods: NodePods;
  readonly probes: Pick<ProbeManager, 'counts'>;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly cluster: ClusterSettings;
  readonly clock: Clock;
  readonly logs: LogSource;
  readonly logger: Logger;
  readonly ownProcess: OwnProcess;
  /** Missing for a node without files. */
  readonly paths: AgentPaths | undefined;
  readonly storage: StorageMeter | undefined;
}

/** What a kubelet serves to the API server (kubelet `pkg/kubelet/server/server.go`), by path. */
export function createAgentServer(options: AgentServerOptions): AgentHandlers {
  const { pods, view, paths, logger } = options;
  const routes: readonly AgentRoute[] = [
    healthzRoute,
    podsRoute(pods),
    runningPodsRoute(view),
    statsRoute(options),
    metricsRoute(options),
    configzRoute(options.cluster, paths?.logs),
    containerLogsRoute(options),
    // The pods' logs are a directory of the system's.
    ...(paths === undefined ? [] : [systemLogsRoute(path.dirname(paths.logs))]),
  ];
  return {
    handle(request, response) {
      const answer = async (): Promise<void> => {
        const url = new URL(request.url, 'http://agent.invalid');
        const [name, ...rest] = segmentsOf(url);
        const route = routes.find((candidate) => candidate.name === name);
        if (route === undefined) throw new HttpError(404, '404 page not found');
        if (request.method !== 'GET' && request.method !== 'HEAD')
          throw new HttpError(405, '405: Method Not Allowed');
        await route.serve({ url, rest, response });
      };
      answer().catch((error: unknown) => sendError(response, error, logger));
    },
    upgrade(target, tunnel) {
      openStream(options, target, tunnel).catch((error: unknown) => {
        logger.warn('stream not opened', { path: target.split('?')[0], error });
        tunnel.destroy();
      });
    },
  };
}

/** The parts of a path, without an empty one at its end. */
function segmentsOf({ pathname }: URL): readonly string[] {
  const parts = pathname.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  try {
    return parts.map(decodeURIComponent);
  } catch (error) {
    throw new HttpError(400, 'invalid URL path', error);
  }
}

import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentHandlers } from '../link/link.ts';
import type { Machine } from '../node/machineInfo.ts';
import type { PodManager } from '../pods/podManager.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { Runtime } from '../runtime/contract.ts';
import { serveLogs } from './containerLogs.ts';
import { HttpError, sendError } from './httpError.ts';
import type { LogSource } from './logReader.ts';
import { statsSummary } from './statsSummary.ts';
import { openStream } from './streams/openStream.ts';

export interface AgentServerOptions {
  readonly runtime: Runtime;
  readonly view: RuntimeView;
  readonly manager: PodManager;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logs: LogSource;
  readonly logger: Logger;
}

/** What a kubelet serves to the API server (kubelet `pkg/kubelet/server/server.go`), by path. */
export function createAgentServer(options: AgentServerOptions): AgentHandlers {
  const { manager, logger } = options;
  return {
    handle(request, response) {
      const url = new URL(request.url, 'http://agent.invalid');
      const [, first, ...rest] = url.pathname.split('/');
      const json = (body: unknown): void => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      const answer = async (): Promise<void> => {
        switch (first) {
          case 'healthz':
            response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
            response.end('ok');
            return;
          case 'pods':
            json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: manager.pods() });
            return;
          case 'stats':
            if (rest[0] !== 'summary') throw new HttpError(404, '404 page not found');
            json(await statsSummary(options));
            return;
          case 'containerLogs':
            await serveLogs(options, rest.map(decodeURIComponent), url.searchParams, response);
            return;
          default:
            throw new HttpError(404, '404 page not found');
        }
      };
      answer().catch((error: unknown) => sendError(response, error, logger));
    },
    upgrade(path, tunnel) {
      openStream(options, path, tunnel).catch((error: unknown) => {
        logger.warn('stream not opened', { path: path.split('?')[0], error });
        tunnel.destroy();
      });
    },
  };
}

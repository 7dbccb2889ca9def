import type { Http2ServerResponse } from 'node:http2';
import { booleanOption, integerOption, timeOption } from '../../../api/queryOptions.ts';
import type { Clock } from '../../../base/clock.ts';
import type { PodBus } from '../../pods/podBus.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import { HttpError } from '../httpError.ts';
import type { LogOptions, LogSource } from '../logReader.ts';
import { findContainer, findPod, type NodePods } from '../lookup.ts';
import type { AgentRoute } from '../route.ts';

export interface ContainerLogsOptions {
  readonly view: Pick<RuntimeView, 'forPod'>;
  readonly bus: Pick<PodBus, 'onNewsOf'>;
  readonly pods: NodePods;
  readonly clock: Clock;
  readonly logs: LogSource;
}

/** `/containerLogs/NAMESPACE/POD/CONTAINER` with the options of `kubectl logs` (core/v1 PodLogOptions). */
export function containerLogsRoute(options: ContainerLogsOptions): AgentRoute {
  const { pods, view, bus, clock } = options;
  return {
    name: 'containerLogs',
    async serve({ url: { searchParams: query }, rest: [namespace = '', podName = '', name = ''], response }) {
      const logOptions = readOptions(query, clock.now());
      const pod = await findPod(pods, clock, namespace, podName);
      const instance = findContainer(view, pod, name, booleanOption(query, 'previous'));
      const isAlive = (): boolean =>
        view
          .forPod(pod.metadata.uid)
          .some(({ containers }) =>
            containers.some(({ id, state }) => id === instance.id && state === 'running'),
          );

      const abort = new AbortController();
      response.stream.once('close', () => abort.abort());
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      // The head goes out at once: a follower of a silent container is connected, not waiting.
      response.stream.uncork();
      const { uid } = pod.metadata;
      const container = { isAlive, onExit: (listener: () => void) => bus.onNewsOf(uid, listener) };
      for await (const chunk of options.logs(instance, logOptions, container, abort.signal)) {
        if (!response.write(chunk)) await drained(response, abort.signal);
        if (abort.signal.aborted) return;
      }
      response.end();
    },
  };
}

function readOptions(query: URLSearchParams, now: number): LogOptions {
  const number = (name: string): number | undefined => {
    const value = integerOption(query, name);
    if (value !== undefined && value < 0) throw new HttpError(400, `invalid ${name}: ${value}`);
    return value;
  };
  const flag = (name: string): boolean => booleanOption(query, name);
  const sinceSeconds = number('sinceSeconds');
  const stream = query.get('stream');
  return {
    follow: flag('follow'),
    timestamps: flag('timestamps'),
    tailLines: number('tailLines'),
    limitBytes: number('limitBytes'),
    since: sinceSeconds === undefined ? timeOption(query, 'sinceTime') : now - sinceSeconds * 1000,
    stream: stream === 'Stdout' ? 'stdout' : stream === 'Stderr' ? 'stderr' : undefined,
  };
}

/** Resolves when the client takes more, or has gone: then a write is refused and no `drain` follows. */
function drained(response: Http2ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

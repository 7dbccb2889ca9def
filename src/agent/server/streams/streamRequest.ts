import type { Clock } from '../../../base/clock.ts';
import { booleanOption } from '../../../api/queryOptions.ts';
import type { RuntimeView } from '../../pods/runtimeView.ts';
import type { StreamRequest } from '../../runtime/contract.ts';
import { HttpError } from '../httpError.ts';
import { findContainer, findPod, type NodePods } from '../lookup.ts';
import type { CommandStreams } from './remoteCommand.ts';

/** What a path of the streaming endpoints asks for, before anything is looked up. */
export interface AskedStream extends CommandStreams {
  readonly action: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly ports: readonly number[];
}

/** `/exec/NAMESPACE/POD/CONTAINER?command=…&input=1&output=1&error=1&tty=1`; both kubelet's and the API's names of the flags. */
export function parseStreamPath(path: string): AskedStream {
  const url = new URL(path, 'http://agent.invalid');
  const [, action = '', namespace = '', pod = '', container = ''] = url.pathname
    .split('/')
    .map(decodeURIComponent);
  const flag = (...names: string[]): boolean => names.some((name) => booleanOption(url.searchParams, name));
  const tty = flag('tty');
  return {
    action,
    namespace,
    pod,
    container,
    command: url.searchParams.getAll('command'),
    ports: ['port', 'ports']
      .flatMap((name) => url.searchParams.getAll(name))
      .flatMap((text) => text.split(','))
      .map(Number)
      .filter((port) => port > 0),
    tty,
    stdin: flag('input', 'stdin'),
    stdout: flag('output', 'stdout'),
    // A terminal has one output.
    stderr: flag('error', 'stderr') && !tty,
  };
}

export interface StreamTargets {
  readonly pods: NodePods;
  readonly view: Pick<RuntimeView, 'forPod'>;
  readonly clock: Pick<Clock, 'timeout'>;
}

/** The same for the runtime. @throws HttpError with kubelet's words where there is no such pod or container */
export async function streamRequest(
  { pods, view, clock }: StreamTargets,
  asked: AskedStream,
): Promise<StreamRequest> {
  const { action, namespace, container, command, tty, stdin, stdout, stderr } = asked;
  const pod = await findPod(pods, clock, namespace, asked.pod);
  if (action === 'portForward') {
    const [sandbox] = view.forPod(pod.metadata.uid);
    if (sandbox?.ready !== true) throw new HttpError(404, `pod not found ("${asked.pod}_${namespace}")`);
    return { type: 'portForward', sandbox: sandbox.id, ports: asked.ports };
  }
  const instance = findContainer(view, pod, container, false);
  if (instance.state !== 'running') throw new HttpError(404, `container not found ("${container}")`);
  const streams = { tty, stdin, stdout, stderr };
  if (action === 'exec') {
    if (!stdin && !stdout && !stderr) {
      throw new HttpError(400, 'you must specify at least 1 of stdin, stdout, stderr');
    }
    return { type: 'exec', container: instance.id, command, ...streams };
  }
  if (action === 'attach') return { type: 'attach', container: instance.id, ...streams };
  throw new HttpError(404, '404 page not found');
}

import { withDeadline } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Container, LifecycleHandler } from '../../api/types.ts';
import { bracketed, get } from '../probes/httpCheck.ts';
import { portOf } from '../probes/prober.ts';
import type { Runtime } from '../runtime/contract.ts';

export interface LifecycleTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

/** Runs a postStart or preStop handler to its end; rejects with the text for the event (kubelet `pkg/kubelet/lifecycle/handlers.go`). */
export type LifecycleRunner = (
  handler: LifecycleHandler,
  target: LifecycleTarget,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<void>;

export function createLifecycleRunner(options: { runtime: Runtime; clock: Clock }): LifecycleRunner {
  const { runtime, clock } = options;
  return async (handler, { container, containerId, podIP }, timeoutMs, signal) => {
    if (handler.exec !== undefined) {
      const command = handler.exec.command ?? [];
      const { exitCode, stdout, stderr } = await runtime.execSync(containerId, command, timeoutMs);
      if (exitCode === 0) return;
      const output = Buffer.concat([stdout, stderr]).toString('utf8');
      throw new Error(
        `Exec lifecycle hook ([${command.join(' ')}]) for Container "${container.name}" failed - error: command '${command.join(' ')}' exited with ${exitCode}: ${output}, message: ${JSON.stringify(output)}`,
      );
    }
    if (handler.httpGet !== undefined) {
      const { host, port, path = '/', scheme = 'HTTP', httpHeaders = [] } = handler.httpGet;
      const number = portOf(container, port) ?? 80;
      const address = host === undefined || host === '' ? podIP : host;
      const root = path.startsWith('/') ? path : `/${path}`;
      const url = new URL(`${scheme.toLowerCase()}://${bracketed(address)}:${number}${root}`);
      await withDeadline(signal, timeoutMs, (deadline) => get(url, httpHeaders, deadline.signal));
      return;
    }
    if (handler.sleep !== undefined) {
      await clock.sleep(Math.min(handler.sleep.seconds * 1000, timeoutMs), signal);
      return;
    }
    throw new Error(`Invalid handler: ${JSON.stringify(handler)}`);
  };
}

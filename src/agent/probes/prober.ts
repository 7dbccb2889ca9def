import type { Clock } from '../../base/clock.ts';
import type { Container, Pod, Probe } from '../../api/types.ts';
import { type Runtime, RuntimeError } from '../runtime/contract.ts';
import { goDuration } from '../hooks/goDuration.ts';
import { checkGrpc } from './grpcCheck.ts';
import { checkHttp } from './httpCheck.ts';
import type { ProbeOutcome } from './outcome.ts';
import { checkTcp } from './tcpCheck.ts';

export interface ProbeTarget {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  /** Where the pod answers: its own address, or the node's on the host's network. */
  readonly podIP: string;
}

/** Runs a probe once (kubelet `pkg/kubelet/prober/prober.go`). Never rejects but for an abort. */
export type Prober = (probe: Probe, target: ProbeTarget, signal: AbortSignal) => Promise<ProbeOutcome>;

export interface ProberOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
}

export function createProber(options: ProberOptions): Prober {
  return (probe, target, signal) => {
    const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
    const { container, podIP } = target;
    if (probe.exec !== undefined) {
      return checkExec(options.runtime, target.containerId, probe.exec.command ?? [], timeoutMs);
    }
    if (probe.httpGet !== undefined) {
      const { host, port, path = '/', scheme = 'HTTP', httpHeaders = [] } = probe.httpGet;
      const number = portOf(container, port);
      if (number === undefined) return failed(`couldn't find port: ${String(port)}`);
      const url = { scheme, host: host === undefined || host === '' ? podIP : host, port: number, path };
      return checkHttp(url, httpHeaders, timeoutMs, signal);
    }
    if (probe.tcpSocket !== undefined) {
      const { host, port } = probe.tcpSocket;
      const number = portOf(container, port);
      if (number === undefined) return failed(`couldn't find port: ${String(port)}`);
      return checkTcp(host === undefined || host === '' ? podIP : host, number, timeoutMs, signal);
    }
    if (probe.grpc !== undefined) {
      return checkGrpc(podIP, probe.grpc.port, probe.grpc.service ?? '', timeoutMs, signal);
    }
    return failed('missing probe handler');
  };
}

const failed = (message: string): Promise<ProbeOutcome> => Promise.resolve({ success: false, message });

/** A port by number, or by the name that one of the container's ports has. */
export function portOf(container: Container, port: unknown): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (named !== undefined) return named;
  const number = Number(port);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

async function checkExec(
  runtime: Runtime,
  containerId: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<ProbeOutcome> {
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(containerId, command, timeoutMs);
    return { success: exitCode === 0, message: Buffer.concat([stdout, stderr]).toString('utf8') };
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'deadline') {
      const commandText = JSON.stringify(command.join(' '));
      return {
        success: false,
        message: `command timed out: ${commandText} timed out after ${goDuration(timeoutMs)}`,
      };
    }
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  }
}

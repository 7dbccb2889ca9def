import type { Logger } from '../../../base/logger.ts';
import { ProcessError, type ProcessRunner } from '../../../host/processes.ts';
import type { ServicePort, Target } from './servicePort.ts';

/**
 * `conntrack -D` arguments for UDP flows that the kernel would go on sending to where they went before: to targets
 * that are gone, and, where a service gets its first target, past the service (kube-proxy `conntrack/cleanup.go`).
 * TCP notices by itself.
 */
export function staleFlows(old: ServicePort | undefined, next: ServicePort | undefined): readonly string[][] {
  const port = old ?? next;
  if (port?.protocol !== 'udp') return [];
  const kept = new Set((next?.targets ?? []).map(keyOf));
  const gone = (old?.targets ?? []).filter((target) => !kept.has(keyOf(target)));
  const wakes = (old?.targets.length ?? 0) === 0 && (next?.targets.length ?? 0) > 0;
  const known = [old, next].filter((p) => p !== undefined);
  const addresses = [...new Set(known.flatMap((p) => [p.clusterIP, ...p.externalAddresses]))];
  const nodePorts = [...new Set(known.map((p) => p.nodePort).filter((n) => n !== undefined))];

  const commands: string[][] = [];
  for (const { ip } of gone) {
    for (const address of addresses)
      commands.push(['-D', '-p', 'udp', '--orig-dst', address, '--dst-nat', ip]);
    for (const nodePort of nodePorts)
      commands.push(['-D', '-p', 'udp', '--dport', String(nodePort), '--dst-nat', ip]);
  }
  if (wakes) {
    for (const address of addresses) commands.push(['-D', '-p', 'udp', '--orig-dst', address]);
    for (const nodePort of nodePorts) commands.push(['-D', '-p', 'udp', '--dport', String(nodePort)]);
  }
  return commands;
}

/** Ends flows; that there are none is no failure. */
export async function endFlows(
  run: ProcessRunner,
  logger: Logger,
  commands: readonly string[][],
  signal: AbortSignal,
): Promise<void> {
  for (const args of commands) {
    if (signal.aborted) return;
    try {
      await run.run('conntrack', args);
    } catch (error) {
      const none =
        error instanceof ProcessError && error.code === 1 && error.stderr.includes('0 flow entries');
      if (!none) logger.warn('ending stale UDP flows failed', { error });
    }
  }
}

function keyOf({ ip, port }: Target): string {
  return `${ip}:${port}`;
}

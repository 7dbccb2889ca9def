import { createConnection } from 'node:net';
import type { ProbeOutcome } from './outcome.ts';

/** Succeeds when the port accepts a connection. */
export function checkTcp(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: timeoutMs });
    const end = (outcome: ProbeOutcome): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => end({ success: false, message: 'aborted' });
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => end({ success: true, message: '' }));
    socket.once('timeout', () => end({ success: false, message: `${dial(host, port)}: i/o timeout` }));
    socket.once('error', (error) => end({ success: false, message: dialError(host, port, error) }));
  });
}

const dial = (host: string, port: number): string =>
  `dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}`;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ECONNRESET: 'read: connection reset by peer',
};

/** An error of a connection in the words of Go's net package, which users search for. */
export function dialError(host: string, port: number, error: NodeJS.ErrnoException): string {
  const reason = REASONS[error.code ?? ''];
  return `${dial(host, port)}: ${reason ?? error.message}`;
}

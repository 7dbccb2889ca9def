import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { type Disposable, toDisposable } from '../base/disposable.ts';

export interface KeepAliveOptions {
  readonly clock: Clock;
  /** How often to look; a peer that is silent for a whole interval is gone. Milliseconds. */
  readonly intervalMs: number;
  /** What this side's pings carry (at most 125 bytes); without it this side only listens. */
  readonly ping?: () => string;
}

/**
 * Drops a WebSocket whose peer has gone without a word (a paused machine, a network that was cut): nothing else would
 * tell. Any frame counts as a sign of life. Ends with the socket.
 */
export function keepAlive(socket: WebSocket, options: KeepAliveOptions): Disposable {
  const { clock, intervalMs, ping } = options;
  let heard = true;
  const onSign = (): void => {
    heard = true;
  };
  const look = (): void => {
    if (!heard) {
      socket.terminate();
      return;
    }
    heard = false;
    if (ping !== undefined && socket.readyState === socket.OPEN) socket.ping(ping());
    timer = clock.timeout(intervalMs, look);
  };
  let timer = clock.timeout(intervalMs, look);
  const stop = toDisposable(() => {
    timer.dispose();
    for (const name of SIGNS) socket.off(name, onSign);
  });
  for (const name of SIGNS) socket.on(name, onSign);
  socket.once('close', () => stop.dispose());
  return stop;
}

const SIGNS = ['message', 'ping', 'pong'] as const;

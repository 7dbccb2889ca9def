import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { FakeClock } from '../base/clock.ts';
import { keepAlive } from './webSocketKeepAlive.ts';

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  pings = 0;
  terminated = false;
  ping(payload: string): void {
    assert.equal(payload, 'payload');
    this.pings++;
  }
  terminate(): void {
    this.terminated = true;
    this.emit('close');
  }
}

describe('keepAlive', () => {
  const start = (ping: boolean): { clock: FakeClock; socket: FakeSocket } => {
    const clock = new FakeClock();
    const socket = new FakeSocket();
    keepAlive(socket as unknown as WebSocket, {
      clock,
      intervalMs: 1000,
      ...(ping ? { ping: () => 'payload' } : {}),
    });
    return { clock, socket };
  };

  it('asks once an interval and drops a peer that does not answer for one', async () => {
    const { clock, socket } = start(true);
    await clock.advance(1000);
    socket.emit('pong');
    await clock.advance(1000);
    assert.deepEqual([socket.pings, socket.terminated], [2, false]);
    await clock.advance(1000);
    assert.deepEqual([socket.pings, socket.terminated], [2, true]);
    assert.equal(clock.pending, 0);
  });

  it('takes any frame for a sign of life', async () => {
    const { clock, socket } = start(true);
    for (const frame of ['message', 'ping', 'pong', 'message']) {
      await clock.advance(1000);
      socket.emit(frame);
    }
    assert.equal(socket.terminated, false);
    socket.terminate();
  });

  it('only listens on the side that does not ping', async () => {
    const { clock, socket } = start(false);
    await clock.advance(1000);
    socket.emit('ping');
    await clock.advance(1000);
    assert.deepEqual([socket.pings, socket.terminated], [0, false]);
    await clock.advance(1000);
    assert.equal(socket.terminated, true);
  });

  it('leaves no timer and no listener when the socket closes or it is disposed', () => {
    const { clock, socket } = start(true);
    socket.emit('close');
    assert.equal(clock.pending, 0);
    assert.equal(socket.listenerCount('pong'), 0);
  });
});

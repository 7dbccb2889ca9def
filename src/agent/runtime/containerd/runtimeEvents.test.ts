import assert from 'node:assert/strict';
import { FakeClock } from '../../../base/clock.ts';
import { AsyncQueue } from '../../../base/asyncQueue.ts';
import { RuntimeError, type RuntimeEvent } from '../contract.ts';
import type { CriConnection, CriMethod } from './criConnection.ts';
import type { ContainerdEnvelope } from './criTypes.ts';
import { runtimeEvents } from './runtimeEvents.ts';
import { createTaskWatch } from './taskWatch.ts';

/** containerd's event service in memory: publishes to those who listen, as late and as lossy as it is told to. */
class EventService {
  stream: AsyncQueue<ContainerdEnvelope | 'broken'> | undefined;
  subscriptions = 0;
  published = 0;
  /** Events published before this many hellos reach nobody: the subscription does not count yet. */
  deafFor = 0;

  emit(topic: string, message: object): void {
    const value = Buffer.from(JSON.stringify(message));
    this.stream?.push({ topic, event: { typeUrl: '', value } });
  }

  readonly connection: Pick<CriConnection, 'call' | 'stream' | 'decode'> = {
    call: <Response>(method: CriMethod, request: object) => {
      assert.equal(method, 'Publish');
      if (++this.published > this.deafFor) this.emit((request as { topic: string }).topic, {});
      return Promise.resolve({} as Response);
    },
    stream: <Response>(_method: CriMethod, _request: object, signal: AbortSignal) =>
      this.#open(signal) as AsyncIterable<Response>,
    decode: <Message>(_name: string, bytes: Uint8Array) =>
      JSON.parse(Buffer.from(bytes).toString()) as Message,
  };

  async *#open(signal: AbortSignal): AsyncGenerator<ContainerdEnvelope> {
    this.subscriptions++;
    const stream = (this.stream = new AsyncQueue());
    for await (const envelope of stream.read(signal)) {
      if (envelope === 'broken') throw new RuntimeError('unavailable', 'the stream broke');
      yield envelope;
    }
  }
}

describe('runtimeEvents', () => {
  const start = () => {
    const clock = new FakeClock();
    const service = new EventService();
    const abort = new AbortController();
    const alive = new Set([1, 2]);
    const followed: string[] = [];
    const held = new Map<string, Promise<void>>();
    const watch = createTaskWatch({ clock, processes: { isAlive: (pid) => alive.has(pid) } });
    const owners = new Map([
      ['c1', 's1'],
      ['c2', 's1'],
      ['s1', 's1'],
    ]);
    const tasks = { get: (id: string) => Promise.resolve(known.get(id)) };
    const known = new Map<string, { id: string; pid: number | undefined }>();
    const events = runtimeEvents(
      {
        connection: service.connection,
        clock,
        watch,
        tasks,
        ends: {
          follow: async (id) => {
            followed.push(id);
            await held.get(id);
          },
          outOfMemory: (id) => void followed.push(`memory ${id}`),
        },
        sandboxOf: (id) => owners.get(id),
      },
      abort.signal,
    );
    const seen: RuntimeEvent[] = [];
    const reading = (async () => {
      for await (const event of events) seen.push(event);
    })();
    const stop = async (): Promise<void> => {
      abort.abort();
      await clock.advance(0);
      await reading;
    };
    return { clock, service, alive, followed, held, watch, known, seen, stop };
  };
  const exit = { exitStatus: 1, exitedAt: { seconds: 1, nanos: 0 } };
  const stopped = (container: string): RuntimeEvent => ({ type: 'stopped', sandbox: 's1', container });

  it('tells of ends of containers and of sandboxes, not of those of commands in them', async () => {
    const { clock, service, seen, followed, stop } = start();
    await clock.advance(100);
    service.emit('/tasks/exit', { containerId: 'c1', id: 'exec-1', ...exit });
    service.emit('/tasks/oom', { containerId: 'c1' });
    service.emit('/tasks/exit', { containerId: 'c1', id: 'c1', ...exit });
    service.emit('/tasks/exit', { containerId: 's1', id: 's1', ...exit });
    await clock.advance(0);
    await clock.advance(0);
    assert.deepEqual(followed, ['memory c1', 'c1', 's1']);
    assert.deepEqual(seen, [stopped('c1'), stopped('')]);
    await stop();
  });

  it('one end that CRI does not take note of holds up no other', async () => {
    const { clock, service, seen, held, stop } = start();
    held.set('c1', new Promise(() => undefined));
    await clock.advance(100);
    service.emit('/tasks/exit', { containerId: 'c1', id: 'c1', ...exit });
    service.emit('/tasks/exit', { containerId: 'c2', id: 'c2', ...exit });
    await clock.advance(0);
    await clock.advance(0);
    assert.deepEqual(seen, [stopped('c2')]);
    await stop();
  });

  it('tells of an end that no event told of', async () => {
    const { clock, service, alive, seen, stop } = start();
    await clock.advance(100);
    service.emit('/tasks/start', { containerId: 'c1', pid: 1 });
    await clock.advance(0);
    alive.delete(1);
    await clock.advance(2_000);
    assert.deepEqual(seen, [stopped('c1')]);
    await stop();
  });

  it('does not take a process that it does not know for one that has ended', async () => {
    const { clock, watch, known, seen, stop } = start();
    known.set('c1', { id: 'c1', pid: undefined });
    watch.track('c1', undefined);
    await clock.advance(10_000);
    assert.deepEqual(seen, []);
    known.delete('c1');
    await clock.advance(4_000);
    assert.deepEqual(seen, [stopped('c1')]);
    await stop();
  });

  it('asks for everything to be read again when a new stream is known to run, not before', async () => {
    const { clock, service, seen, stop } = start();
    await clock.advance(0);
    await clock.advance(100);
    assert.deepEqual([service.subscriptions, seen.length], [1, 0]);
    service.deafFor = service.published + 3;
    service.stream?.push('broken');
    await clock.advance(0);
    await clock.advance(60);
    assert.deepEqual([service.subscriptions, seen.length], [2, 0]);
    await clock.advance(1_000);
    assert.deepEqual(seen, [{ type: 'reconnected' }]);
    await stop();
    assert.equal(clock.pending, 0);
  });
});

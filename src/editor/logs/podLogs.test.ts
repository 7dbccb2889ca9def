import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { createLogger } from '../../base/logger.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Pod } from '../../api/types.ts';
import type { Client, ObjectEvent } from '../../client/contract.ts';
import { followPodLogs, type PodLogsOptions } from './podLogs.ts';

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Values that somebody waits for. */
class Stream<T> {
  readonly #waiting: (() => void)[] = [];
  readonly #values: T[] = [];
  #end: Error | true | undefined;

  push(value: T): void {
    this.#values.push(value);
    this.#waiting.shift()?.();
  }

  end(error?: Error): void {
    this.#end = error ?? true;
    this.#waiting.shift()?.();
  }

  async *read(signal?: AbortSignal): AsyncGenerator<T> {
    for (;;) {
      const [value] = this.#values;
      if (value !== undefined) {
        this.#values.shift();
        yield value;
      } else if (this.#end !== undefined) {
        if (this.#end !== true) throw this.#end;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
          signal?.addEventListener('abort', () => resolve(), { once: true });
        });
        if (signal?.aborted === true) throw new Error('aborted');
      }
    }
  }
}

const pod = (name: string, containerID: string, state: object = { running: {} }, uid = name): Pod =>
  ({
    metadata: { name, namespace: 'default', uid, resourceVersion: '1', creationTimestamp: '' },
    spec: { containers: [{ name: 'app' }] },
    status: { containerStatuses: [{ name: 'app', containerID, state }] },
  }) as unknown as Pod;

/** A server with pods and their logs, and somebody who follows them. */
function follow(list: readonly Pod[], more: Partial<PodLogsOptions> = {}) {
  const events = new Stream<readonly ObjectEvent<KubeObject>[]>();
  const logs: { readonly path: string; readonly stream: Stream<Uint8Array> }[] = [];
  const clock = new FakeClock();
  const stop = new AbortController();
  const said: string[] = [];
  const client = {
    list: () => Promise.resolve({ items: list, metadata: { resourceVersion: '1' } }),
    watch: (_resource: unknown, { signal }: { signal: AbortSignal }) => events.read(signal),
    raw(_method: string, path: string, { signal }: { signal: AbortSignal }) {
      const stream = new Stream<Uint8Array>();
      logs.push({ path, stream });
      return Promise.resolve({
        code: 200,
        headers: {},
        body: stream.read(signal),
        text: () => Promise.resolve(''),
      });
    },
  } as unknown as Client;
  const done = followPodLogs(
    {
      client,
      clock,
      logger: createLogger(() => undefined),
      namespace: 'default',
      selection: { labelSelector: 'app=web' },
      tailLines: 10,
      sink: {
        lines: (source, lines) => said.push(...lines.map(({ text }) => `${source.pod}: ${text}`)),
        note: (text) => said.push(`(${text})`),
      },
      ...more,
    },
    stop.signal,
  );
  return {
    said,
    clock,
    /** The query of the nth log that was asked for. */
    query: (n: number): string => logs[n]?.path.split('?')[1] ?? '',
    asked: () => logs.length,
    write: async (n: number, ...lines: readonly string[]) => {
      logs[n]?.stream.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
      await settled();
    },
    breakOff: async (n: number, error?: Error) => {
      logs[n]?.stream.end(error);
      await settled();
    },
    tell: async (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Pod) => {
      events.push([{ type, object }]);
      await settled();
    },
    async end() {
      stop.abort();
      events.end();
      await done;
      await settled();
    },
  };
}

const T = (second: number): string => `2026-01-02T03:04:0${second}.5Z`;

describe('followPodLogs()', () => {
  it('follows what is there from its last lines, and pods that come later from the beginning', async () => {
    const world = follow([pod('a', 'c1')]);
    await settled();
    assert.equal(world.query(0), 'container=app&follow=true&timestamps=true&tailLines=10');
    await world.write(0, `${T(1)} one`, `${T(2)} two`);
    await world.tell('ADDED', pod('b', 'c2'));
    assert.equal(world.query(1), 'container=app&follow=true&timestamps=true');
    await world.write(1, `${T(3)} three`);
    assert.deepEqual(world.said, ['a: one', 'a: two', 'b: three']);
    await world.end();
  });

  it('waits for a container that has not started', async () => {
    const world = follow([pod('a', '', { waiting: { reason: 'ContainerCreating' } })]);
    await settled();
    assert.equal(world.asked(), 0);
    await world.tell('MODIFIED', pod('a', 'c1'));
    assert.equal(world.asked(), 1);
    await world.end();
  });

  it('goes on where a stream broke off, and gives no line twice', async () => {
    const world = follow([pod('a', 'c1')]);
    await settled();
    await world.write(0, `${T(1)} one`, `${T(2)} two`);
    await world.breakOff(0, new Error('the node is away'));
    await world.clock.advance(300);
    await settled();
    assert.equal(new URLSearchParams(world.query(1)).get('sinceTime'), T(2));
    await world.write(1, `${T(2)} two`, `${T(3)} three`);
    assert.deepEqual(world.said, ['a: one', 'a: two', '(a: the node is away; trying again)', 'a: three']);
    await world.end();
  });

  it('asks less and less often where nothing comes, and says so once', async () => {
    const world = follow([pod('a', 'c1')]);
    await settled();
    for (let n = 0; n < 3; n++) {
      await world.breakOff(n, new Error('no'));
      await world.clock.advance(300 * 2 ** n);
      await settled();
    }
    assert.equal(world.asked(), 4);
    assert.deepEqual(world.said, ['(a: no; trying again)']);
    await world.end();
  });

  it('goes on with the next container after a restart', async () => {
    const world = follow([pod('a', 'c1')]);
    await settled();
    await world.write(0, `${T(1)} one`);
    await world.breakOff(0);
    await world.tell('MODIFIED', pod('a', 'c1', { terminated: { exitCode: 1 } }));
    await world.clock.advance(60_000);
    assert.equal(world.asked(), 1);
    await world.tell('MODIFIED', pod('a', 'c2'));
    assert.equal(new URLSearchParams(world.query(1)).get('sinceTime'), null);
    await world.write(1, `${T(2)} two`);
    assert.deepEqual(world.said, ['a: one', '(container app of a was restarted)', 'a: two']);
    await world.end();
  });

  it('gives up a stream of the old container that does not end', async () => {
    const world = follow([pod('a', 'c1')]);
    await settled();
    await world.tell('MODIFIED', pod('a', 'c2'));
    assert.equal(world.asked(), 1);
    await world.clock.advance(1_000);
    await settled();
    assert.equal(world.asked(), 2);
    await world.end();
  });

  it('reads the rest of a pod that goes, and goes on with one of the same name', async () => {
    const world = follow([pod('a', 'c1')]);
    await settled();
    await world.tell('DELETED', pod('a', 'c1'));
    await world.write(0, `${T(1)} last words`);
    await world.breakOff(0);
    await world.tell('ADDED', pod('a', 'c2', { running: {} }, 'other'));
    await world.write(1, `${T(2)} again`);
    assert.deepEqual(world.said, ['(pod a is gone)', 'a: last words', 'a: again']);
    await world.end();
  });

  it('follows one container where only that is wanted, and says that there is no pod', async () => {
    const world = follow([pod('a', 'c1')], { container: 'other' });
    await settled();
    assert.equal(world.asked(), 0);
    await world.end();
    const none = follow([]);
    await settled();
    assert.deepEqual(none.said, ['(there is no pod yet)']);
    await none.end();
  });
});

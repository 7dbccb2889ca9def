import assert from 'node:assert/strict';
import { testMachine } from '../../../test/harness/agent.ts';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Node } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import type { InformerHandler } from '../../client/informer.ts';
import type { Runtime } from '../runtime/contract.ts';
import { createNodePressure } from '../eviction/nodePressure.ts';
import { createNodeReporter, type NodeReporter } from './nodeReporter.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('NodeReporter', () => {
  let abort: AbortController;
  let reporter: NodeReporter;
  let running: Promise<void>;
  /** What the API has; its writes count revisions up. */
  let node: Node;
  let revision: number;
  let clock: FakeClock;
  /** The runtime does not answer. */
  let isAway: boolean;
  let patches: { status: Record<string, unknown> }[];
  /** The agent's cache of its own Node object. */
  const informer = {
    resourceVersion: '0',
    handler: undefined as InformerHandler<Node> | undefined,
    addHandler(handler: InformerHandler<Node>) {
      this.handler = handler;
      return { dispose: () => undefined };
    },
    show(shown: Node | undefined, revision: string): void {
      this.resourceVersion = revision;
      if (shown === undefined) this.handler?.onDelete?.(node);
      else this.handler?.onUpdate?.(shown, node);
    },
  };

  beforeEach(async () => {
    abort = new AbortController();
    revision = 80;
    patches = [];
    isAway = false;
    clock = new FakeClock();
    const written = (change: Partial<Node>): Promise<Node> => {
      const { metadata } = node;
      node = { ...node, ...change, metadata: { ...metadata, resourceVersion: String(++revision) } };
      return Promise.resolve(node);
    };
    const client = {
      create: (_resource: unknown, object: Node) => {
        node = object;
        return written({});
      },
      patch: (_resource: unknown, _name: unknown, _type: unknown, patch: (typeof patches)[number]) => {
        patches.push(patch);
        return written({ status: { ...node.status, ...patch.status } });
      },
    } as unknown as Client;
    reporter = createNodeReporter({
      client,
      nodeName: 'n1',
      runtime: {
        images: { list: () => Promise.resolve([]) },
        version: () =>
          isAway ? Promise.reject(new Error('away')) : Promise.resolve({ name: 'containerd', version: 'v1' }),
      } as unknown as Runtime,
      machine: testMachine,
      settings: { labels: {} },
      clock,
      logger: silentLogger,
      recorder: { event: () => undefined },
      nodes: informer,
      sources: [],
      pressure: createNodePressure({ machine: testMachine, clock }),
    });
    running = reporter.run(abort.signal);
    await reporter.registered();
    await settled();
    patches = [];
  });

  afterEach(async () => {
    abort.abort();
    await running;
  });

  const stale = (resourceVersion: string): Node => ({
    ...node,
    metadata: { ...node.metadata, resourceVersion },
    status: { ...node.status, addresses: [{ type: 'InternalIP', address: '10.0.0.9' }] },
  });

  it('writes its status again over what others made of it', async () => {
    informer.show(stale('95'), '95');
    await settled();
    assert.deepEqual(
      patches.map(({ status }) => Object.keys(status)),
      [['addresses']],
    );
  });

  it('does not take what the cache shows of the time before its own write for news', async () => {
    informer.show(stale('79'), '79');
    informer.show(node, node.metadata.resourceVersion);
    await settled();
    assert.deepEqual(patches, []);
  });

  it('writes its status again where the store was put back to an older one', async () => {
    informer.show(stale('50'), '200');
    await settled();
    assert.deepEqual(
      patches.map(({ status }) => Object.keys(status)),
      [['addresses']],
    );
  });

  it('makes what others declare allocatable, and takes it away with the capacity', async () => {
    const { metadata, status } = node;
    const declared = (capacity: Record<string, string>): Node => ({
      ...node,
      metadata: { ...metadata, resourceVersion: String((revision += 10)) },
      status: { ...node.status, capacity: { ...status?.capacity, ...capacity } },
    });
    node = declared({ 'example.com/fake': '5' });
    informer.show(node, String(revision));
    await settled();
    assert.deepEqual(
      patches.map((patch) => (patch.status['allocatable'] as Record<string, string>)['example.com/fake']),
      ['5'],
    );
    assert.equal(reporter.allocatable()['example.com/fake'], '5');
    node = declared({});
    informer.show(node, String(revision));
    await settled();
    assert.deepEqual(
      (patches.at(-1)!.status['allocatable'] as Record<string, unknown>)['example.com/fake'],
      null,
    );
    assert.equal(reporter.allocatable()['example.com/fake'], undefined);
  });

  it('is not ready when its runtime has not answered for half a minute, and not before', async () => {
    const ready = (): string | undefined =>
      node.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    isAway = true;
    for (let passed = 0; passed < 30_000; passed += 10_000) {
      await clock.advance(10_000);
      await settled();
      assert.equal(ready(), 'kubelet is posting ready status');
    }
    await clock.advance(10_000);
    await settled();
    assert.equal(ready(), 'container runtime is down');
    isAway = false;
    await clock.advance(10_000);
    await settled();
    assert.equal(ready(), 'kubelet is posting ready status');
  });

  it('registers again where the node is gone', async () => {
    const before = node.metadata.resourceVersion;
    informer.show(undefined, '200');
    await settled();
    assert.notEqual(node.metadata.resourceVersion, before);
  });
});

import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import type { Pod } from '../api/types.ts';
import { makePod } from '../../test/harness/memoryCluster.ts';
import type { Occurrence } from './clusterEvents.ts';
import type { EventRegistration } from './framework.ts';
import { prioritySort } from './plugins/prioritySort.ts';
import { schedulingGates } from './plugins/schedulingGates.ts';
import { type QueueEntry, SchedulingQueue } from './queue.ts';

const nodeAdded: Occurrence = { event: { resource: 'Node', actions: ['Add'] } };
const nodeTainted: Occurrence = { event: { resource: 'Node', actions: ['UpdateTaints'] } };

const registrations = new Map<string, readonly EventRegistration[]>([
  ['Fit', [{ event: { resource: 'Node', actions: ['Add'] } }]],
  ['Labels', [{ event: { resource: 'Pod', actions: ['UpdateLabels'] } }]],
]);
const FIT = new Set(['Fit']);

describe('SchedulingQueue', () => {
  let clock: FakeClock;
  let queue: SchedulingQueue;

  beforeEach(() => {
    clock = new FakeClock();
    const sort = prioritySort();
    const gates = schedulingGates();
    queue = new SchedulingQueue({
      clock,
      less: (a, b) => sort.less?.(a, b) ?? false,
      preEnqueue: (pod) => gates.preEnqueue?.(pod),
      registrations,
    });
  });

  afterEach(() => {
    queue.dispose();
    assert.equal(clock.pending, 0);
  });

  const pop = (): QueueEntry => {
    const entry = queue.tryPop();
    assert.ok(entry !== undefined, 'nothing to pop');
    return entry;
  };
  const names = (): string[] => {
    const all: string[] = [];
    for (let entry = queue.tryPop(); entry !== undefined; entry = queue.tryPop()) {
      all.push(entry.pod.metadata.name);
      queue.done(entry.pod);
    }
    return all;
  };
  /** Adds a pod and lets its first attempt fail. */
  const reject = (pod: Pod, rejectedBy: ReadonlySet<string> = FIT): void => {
    queue.add(pod);
    const entry = pop();
    assert.equal(entry.pod.metadata.uid, pod.metadata.uid);
    queue.giveBack(entry, pod, rejectedBy);
  };

  it('pops by priority, then in order of arrival', async () => {
    queue.add(makePod('low', { priority: 1 }));
    await clock.advance(1);
    queue.add(makePod('first', { priority: 5 }));
    await clock.advance(1);
    queue.add(makePod('second', { priority: 5 }));
    assert.deepEqual(names(), ['first', 'second', 'low']);
  });

  it('whenActive resolves when a pod comes', async () => {
    const waiting = queue.whenActive();
    queue.add(makePod('p'));
    await waiting;
    assert.equal(queue.sizes.active, 1);
  });

  it('keeps a rejected pod until an event comes that one of its plugins asked for', async () => {
    reject(makePod('p'));
    await clock.advance(2_000);
    queue.moveAll(nodeTainted);
    assert.equal(queue.sizes.unschedulable, 1);
    queue.moveAll(nodeAdded);
    assert.deepEqual(names(), ['p']);
  });

  it('makes a pod that an event has moved wait for the rest of its back-off', async () => {
    reject(makePod('p'));
    await clock.advance(400);
    queue.moveAll(nodeAdded);
    assert.equal(queue.sizes.backoff, 1);
    await clock.advance(599);
    assert.equal(queue.sizes.active, 0);
    await clock.advance(1);
    assert.equal(queue.sizes.active, 1);
  });

  it('backs off 1, 2, 4, 8 and then always 10 seconds after errors', async () => {
    const pod = makePod('p');
    queue.add(pod);
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      queue.giveBack(pop(), pod, new Set());
      await clock.advance(seconds * 1000 - 1);
      assert.equal(queue.sizes.active, 0, `${seconds} s not over`);
      await clock.advance(1);
      assert.equal(queue.sizes.active, 1, `${seconds} s over`);
    }
  });

  it('takes pods out of back-off each at its own time', async () => {
    reject(makePod('early'), new Set());
    await clock.advance(300);
    reject(makePod('late'), new Set());
    await clock.advance(700);
    assert.deepEqual(names(), ['early']);
    await clock.advance(300);
    assert.deepEqual(names(), ['late']);
  });

  it('tries a pod again after five minutes without any event', async () => {
    reject(makePod('p'));
    await clock.advance(5 * 60_000 - 1);
    assert.equal(queue.sizes.unschedulable, 1);
    await clock.advance(1);
    assert.deepEqual(names(), ['p']);
  });

  it('loses no event that comes while a pod is being tried', async () => {
    const pod = makePod('p');
    queue.add(pod);
    const entry = pop();
    queue.moveAll(nodeAdded);
    queue.giveBack(entry, pod, FIT);
    assert.equal(queue.sizes.unschedulable, 0);
    await clock.advance(1_000);
    assert.deepEqual(names(), ['p']);
  });

  it('does not take an event for new that came before the attempt', () => {
    const other = makePod('other');
    queue.add(other);
    pop();
    queue.moveAll(nodeAdded);
    reject(makePod('p'));
    assert.equal(queue.sizes.unschedulable, 1);
    queue.done(other);
  });

  it('keeps events only as long as a pod that started before them is in flight', () => {
    const [one, two] = [makePod('one'), makePod('two')];
    queue.add(one);
    const first = pop();
    queue.moveAll(nodeTainted);
    queue.add(two);
    const second = pop();
    queue.moveAll(nodeAdded);
    queue.done(first.pod);
    queue.giveBack(second, two, FIT);
    assert.equal(queue.sizes.backoff, 1);
    assert.equal(queue.sizes.inFlight, 0);
  });

  it('holds a gated pod back until its gates are gone', () => {
    const gated = makePod('p', { schedulingGates: [{ name: 'g' }] });
    queue.add(gated);
    assert.deepEqual([queue.sizes.gated, queue.sizes.active], [1, 0]);
    queue.update(gated, { ...gated, spec: { ...gated.spec, schedulingGates: [] } });
    assert.deepEqual([queue.sizes.gated, queue.sizes.active], [0, 1]);
  });

  it('does not try a pod again because of a change of its status', async () => {
    const pod = makePod('p');
    reject(pod, new Set(['Labels']));
    await clock.advance(2_000);
    queue.update(pod, { ...pod, status: { phase: 'Pending', message: 'x' } });
    assert.equal(queue.sizes.unschedulable, 1);
  });

  it('tries a pod again after a change of its own that its plugin asked for, and not for that of another', async () => {
    const pod = makePod('p');
    reject(pod, new Set(['Labels']));
    await clock.advance(2_000);
    const other = makePod('other');
    queue.add(other);
    queue.update(other, { ...other, metadata: { ...other.metadata, labels: { a: 'b' } } });
    assert.equal(queue.sizes.unschedulable, 1);
    queue.update(pod, { ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } });
    assert.equal(queue.sizes.unschedulable, 0);
  });

  it('pops the newest version of a pod', () => {
    const pod = makePod('p');
    queue.add(pod);
    queue.update(pod, { ...pod, spec: { ...pod.spec, priority: 7 } });
    assert.equal(pop().pod.spec.priority, 7);
    queue.done(pod);
  });

  it('delete removes a pod from wherever it waits', () => {
    const [active, waiting, gated] = [
      makePod('active'),
      makePod('waiting'),
      makePod('gated', { schedulingGates: [{ name: 'g' }] }),
    ];
    reject(waiting);
    queue.add(active);
    queue.add(gated);
    for (const pod of [active, waiting, gated]) queue.delete(pod);
    assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 0, gated: 0, inFlight: 0 });
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import type { Pod } from '../../api/types.ts';
import type { PodUsage } from './podUsage.ts';
import { pressureMessage, rankForEviction } from './ranking.ts';

const MI = 2 ** 20;
const pod = (name: string, request: number, priority = 0, resource = 'memory'): Pod =>
  testPod(
    {
      priority,
      containers: [
        testContainer(
          'app',
          request === 0 ? {} : { resources: { requests: { [resource]: `${request}Mi` } } },
        ),
      ],
    },
    { metadata: { name, uid: name } },
  );
const usage = (memory: number, disk = 0, volume = 0): PodUsage => ({
  containers: new Map([['app', { memory: memory * MI, rootfs: disk * MI, logs: 0 }]]),
  volumes: new Map([['data', volume * MI]]),
});
const order = (
  pods: readonly Pod[],
  usages: Record<string, PodUsage>,
  resource: 'memory' | 'ephemeral-storage' | 'inodes' = 'memory',
): string[] =>
  rankForEviction(pods, new Map(Object.entries(usages)), resource).map(({ metadata }) => metadata.name);

describe('the order in which pods go', () => {
  it('begins with those above what they asked for, whatever their priority', () => {
    assert.deepEqual(
      order([pod('modest', 100, 0), pod('greedy', 10, 1000)], { modest: usage(90), greedy: usage(20) }),
      ['greedy', 'modest'],
    );
  });

  it('goes by priority then, and by what is above the request last', () => {
    const pods = [pod('high', 0, 10), pod('some', 50), pod('more', 10), pod('low', 0, -5)];
    const usages = { high: usage(900), some: usage(100), more: usage(70), low: usage(1) };
    assert.deepEqual(order(pods, usages), ['low', 'more', 'some', 'high']);
  });

  it('counts layers, logs and volumes where the disk is full', () => {
    const pods = [pod('memory', 0), pod('volume', 0), pod('asked', 100, 0, 'ephemeral-storage')];
    const usages = { memory: usage(900, 1), volume: usage(0, 0, 50), asked: usage(0, 99) };
    for (const resource of ['ephemeral-storage', 'inodes'] as const)
      assert.deepEqual(order(pods, usages, resource), ['volume', 'memory', 'asked']);
  });

  it('begins with who could not be measured', () => {
    assert.deepEqual(order([pod('known', 0), pod('unknown', 50)], { known: usage(900) }), [
      'unknown',
      'known',
    ]);
  });

  it('is one order, however the pods come', () => {
    const some = fc.record({
      request: fc.integer({ min: 0, max: 5 }),
      priority: fc.integer({ min: -2, max: 2 }),
      used: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), (each) => {
        const pods = each.map(({ request, priority }, index) => pod(String(index), request, priority));
        const usages = Object.fromEntries(each.map(({ used }, index) => [String(index), usage(used)]));
        // Pods that are equal in everything that counts may go in any order.
        const key = (name: string): readonly [number, number] => {
          const { request = 0, priority = 0, used = 0 } = each[Number(name)] ?? {};
          return [used - request, priority];
        };
        assert.deepEqual(order(pods, usages).map(key), order(pods.toReversed(), usages).map(key));
      }),
    );
  });
});

describe('pressureMessage', () => {
  it('says what is short and who uses more than it asked for', () => {
    const shortage = {
      resource: 'memory',
      condition: 'MemoryPressure',
      amounts: 'Threshold quantity: 100Mi, available: 50Mi. ',
    } as const;
    assert.equal(
      pressureMessage(pod('web', 10), usage(20), shortage),
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container app was using 20Mi, request is 10Mi, has larger consumption of memory. ',
    );
    assert.equal(
      pressureMessage(pod('web', 30), usage(20), shortage),
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ',
    );
    const whole = {
      ...pod('web', 30),
      spec: { ...pod('web', 30).spec, resources: { requests: { memory: '1Gi' } } },
    };
    assert.match(
      pressureMessage(whole, usage(20), shortage),
      /Pod web was using 20Mi, request is 1Gi, has larger consumption of memory\. $/,
    );
  });

  it('names no containers where files are too many', () => {
    const shortage = { resource: 'inodes', condition: 'DiskPressure', amounts: '' } as const;
    assert.equal(
      pressureMessage(pod('web', 0), usage(20), shortage),
      'The node was low on resource: inodes. ',
    );
  });
});

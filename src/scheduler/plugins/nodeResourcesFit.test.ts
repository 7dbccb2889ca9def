import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.ts';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { hintOf } from '../clusterEvents.ts';
import { nodeResourcesFit } from './nodeResourcesFit.ts';

const requesting = (name: string, requests: Record<string, string>, nodeName?: string): Pod =>
  makePod(name, {
    containers: [{ name: 'c', resources: { requests } }],
    ...(nodeName === undefined ? {} : { nodeName }),
  });
const node = (name: string, allocatable: Record<string, string>): ReturnType<typeof makeNode> =>
  makeNode(name, { status: { allocatable: { pods: '10', ...allocatable } } });

describe('NodeResourcesFit', () => {
  it('filter names everything that is missing', () => {
    const world = new PluginWorld(
      [
        node('roomy', { cpu: '4', memory: '4Gi', 'example.com/dongle': '1' }),
        node('busy', { cpu: '1', memory: '1Gi', 'example.com/dongle': '1' }),
        node('full', { cpu: '4', memory: '4Gi', 'example.com/dongle': '1', pods: '1' }),
      ],
      [
        requesting('x', { cpu: '600m', memory: '600Mi', 'example.com/dongle': '1' }, 'busy'),
        requesting('y', {}, 'full'),
      ],
    );
    const pod = requesting('p', { cpu: '500m', memory: '500Mi', 'example.com/dongle': '1' });
    assert.deepEqual(world.filter(nodeResourcesFit(), pod), {
      roomy: '',
      busy: 'Insufficient cpu; Insufficient memory; Insufficient example.com/dongle',
      full: 'Too many pods',
    });
  });

  it('filter says that no preemption helps where the whole node is too small', () => {
    const world = new PluginWorld(
      [node('small', { cpu: '1' }), node('busy', { cpu: '4' })],
      [requesting('x', { cpu: '3500m' }, 'busy')],
    );
    const statuses = world.statuses(nodeResourcesFit(), requesting('p', { cpu: '2' }));
    assert.equal(statuses['small']?.code, 'UnschedulableAndUnresolvable');
    assert.equal(statuses['busy']?.code, 'Unschedulable');
  });

  it('filter lets a pod that requests nothing onto an overcommitted node', () => {
    const world = new PluginWorld([node('over', { cpu: '1' })], [requesting('x', { cpu: '3' }, 'over')]);
    assert.equal(world.filter(nodeResourcesFit(), requesting('p', {}))['over'], '');
  });

  it('filter accepts exactly what is left', () => {
    const world = new PluginWorld([node('a', { cpu: '1' })], [requesting('x', { cpu: '600m' }, 'a')]);
    assert.equal(world.filter(nodeResourcesFit(), requesting('p', { cpu: '400m' }))['a'], '');
    assert.equal(world.filter(nodeResourcesFit(), requesting('p', { cpu: '401m' }))['a'], 'Insufficient cpu');
  });

  it('score is the mean share that would be left of cpu and memory', () => {
    const world = new PluginWorld(
      [node('empty', { cpu: '4', memory: '10Gi' }), node('half', { cpu: '4', memory: '10Gi' })],
      [requesting('x', { cpu: '2', memory: '5Gi' }, 'half')],
    );
    // empty: (4-1)/4 = 75, (10-1)/10 = 90; half: (4-3)/4 = 25, (10-6)/10 = 40.
    assert.deepEqual(world.score(nodeResourcesFit(), requesting('p', { cpu: '1', memory: '1Gi' })), {
      empty: 82,
      half: 32,
    });
  });

  it('score counts pods that request nothing with 100m and 200 MiB', () => {
    const world = new PluginWorld(
      [node('a', { cpu: '1', memory: '1000Mi' }), node('b', { cpu: '1', memory: '1000Mi' })],
      [requesting('x', {}, 'a')],
    );
    assert.deepEqual(world.score(nodeResourcesFit(), requesting('p', {})), { a: 70, b: 85 });
  });

  describe('hints', () => {
    const hint = (actions: 'Delete' | 'UpdateScaleDown', old: Pod, current?: Pod): string =>
      hintOf(nodeResourcesFit().events?.() ?? [], requesting('p', { cpu: '1' }), {
        event: { resource: 'AssignedPod', actions: [actions] },
        old,
        current,
      });

    it('queue when a placed pod goes', () => {
      assert.equal(hint('Delete', requesting('x', { cpu: '1' })), 'Queue');
    });

    it('queue when a placed pod shrinks in what is needed, and only then', () => {
      assert.equal(
        hint('UpdateScaleDown', requesting('x', { cpu: '2' }), requesting('x', { cpu: '1' })),
        'Queue',
      );
      assert.equal(
        hint('UpdateScaleDown', requesting('x', { memory: '2Gi' }), requesting('x', { memory: '1Gi' })),
        'QueueSkip',
      );
    });

    it('queue when a node comes that is large enough', () => {
      const event = { resource: 'Node', actions: ['Add'] } as const;
      const registrations = nodeResourcesFit().events?.() ?? [];
      const pod = requesting('p', { cpu: '2' });
      assert.equal(hintOf(registrations, pod, { event, current: node('a', { cpu: '2' }) }), 'Queue');
      assert.equal(hintOf(registrations, pod, { event, current: node('a', { cpu: '1' }) }), 'QueueSkip');
    });
  });
});

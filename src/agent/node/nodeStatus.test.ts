import assert from 'node:assert/strict';
import { testMachine } from '../../../test/harness/agent.ts';
import type { NodeCondition } from '../../api/types.ts';
import type { PressureCondition } from '../eviction/thresholds.ts';
import { allocatableOf, capacityOf, nodeConditions, nodeImages, nodeLabels } from './nodeStatus.ts';

const info = await testMachine.info();
const none: ReadonlySet<PressureCondition> = new Set();
const ready = { ready: true, message: '' };
const now = Date.parse('2026-01-01T00:00:10Z');

const of = (conditions: readonly NodeCondition[], type: string): NodeCondition | undefined =>
  conditions.find((condition) => condition.type === type);

describe('nodeStatus', () => {
  it('takes capacity from the machine, in canonical quantities, and what is declared before it', () => {
    const capacity = capacityOf(info, { cpu: '2000m', 'example.com/gpu': '1' });
    assert.deepEqual(
      [capacity['cpu'], capacity['memory'], capacity['pods'], capacity['example.com/gpu']],
      ['2', '8Gi', '110', '1'],
    );
  });

  it('keeps back what pressure begins at', () => {
    const allocatable = allocatableOf(capacityOf(info, {}), info, {});
    assert.equal(allocatable['memory'], '8092Mi');
    assert.equal(allocatable['cpu'], '4');
    assert.equal(allocatableOf(capacityOf(info, {}), info, { memory: '1Gi' })['memory'], '1Gi');
  });

  it('tells of what it is short of', () => {
    const short = nodeConditions([], new Set(['DiskPressure', 'MemoryPressure']), ready, now);
    assert.deepEqual(
      short.map(({ type, status, reason }) => [type, status, reason]),
      [
        ['MemoryPressure', 'True', 'KubeletHasInsufficientMemory'],
        ['DiskPressure', 'True', 'KubeletHasDiskPressure'],
        ['PIDPressure', 'False', 'KubeletHasSufficientPID'],
        ['Ready', 'True', 'KubeletReady'],
      ],
    );
    assert.equal(of(nodeConditions(short, none, ready, now), 'DiskPressure')?.status, 'False');
  });

  it('keeps transition times while a condition stays, and moves heartbeats', () => {
    const first = nodeConditions([], none, ready, now);
    const later = nodeConditions(first, none, ready, now + 60_000);
    assert.equal(of(later, 'Ready')?.lastTransitionTime, '2026-01-01T00:00:10Z');
    assert.equal(of(later, 'Ready')?.lastHeartbeatTime, '2026-01-01T00:01:10Z');
    const down = nodeConditions(later, none, { ready: false, message: 'why' }, now + 60_000);
    assert.deepEqual(
      [of(down, 'Ready')?.reason, of(down, 'Ready')?.message, of(down, 'Ready')?.lastTransitionTime],
      ['KubeletNotReady', 'why', '2026-01-01T00:01:10Z'],
    );
  });

  it('lists the largest images first, with few names each', () => {
    const image = (id: number) => ({
      id: String(id),
      tags: Array.from({ length: 9 }, (_, tag) => `t${tag}`),
      digests: ['d'],
      sizeBytes: id,
    });
    const images = nodeImages(Array.from({ length: 60 }, (_, id) => image(id)));
    assert.equal(images.length, 50);
    assert.deepEqual(images[0], { names: ['d', 't0', 't1', 't2', 't3'], sizeBytes: 59 });
  });

  it('labels the node with its name and platform', () => {
    const labels = nodeLabels('n1', info, { zone: 'a' });
    assert.deepEqual(
      [labels['kubernetes.io/hostname'], labels['kubernetes.io/arch'], labels['zone']],
      ['n1', 'amd64', 'a'],
    );
  });
});

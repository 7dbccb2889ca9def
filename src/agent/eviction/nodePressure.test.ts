import assert from 'node:assert/strict';
import { testMachine } from '../../../test/harness/agent.ts';
import { FakeClock } from '../../base/clock.ts';
import type { MachineUsage } from '../node/machineInfo.ts';
import { createNodePressure, TRANSITION_MS } from './nodePressure.ts';
import { shortages } from './thresholds.ts';

const MI = 2 ** 20;
const info = await testMachine.info();
const plenty: MachineUsage = { memoryAvailableBytes: 4096 * MI, storageFree: 0.05, inodesFree: 0.5 };
const short = (usage: Partial<MachineUsage>): readonly string[] =>
  shortages(info, { ...plenty, ...usage }).map(({ resource, amounts }) => `${resource}: ${amounts}`);

describe('shortages', () => {
  it('are none on a disk that is fuller than most, and some where writes are about to fail', () => {
    assert.deepEqual(short({}), []);
    assert.deepEqual(short({ storageFree: 1 / 1024 }), [
      'ephemeral-storage: Threshold quantity: 512Mi, available: 100Mi. ',
    ]);
    assert.deepEqual(short({ inodesFree: 0.005 }), ['inodes: ']);
  });

  it('name memory first', () => {
    assert.deepEqual(short({ memoryAvailableBytes: 50 * MI, inodesFree: 0 }), [
      'memory: Threshold quantity: 100Mi, available: 50Mi. ',
      'inodes: ',
    ]);
  });
});

describe('nodePressure', () => {
  it('stays for a while after its cause, and tells when it changes', async () => {
    const clock = new FakeClock();
    let usage = plenty;
    const machine = { ...testMachine, usage: () => Promise.resolve(usage) };
    const pressure = createNodePressure({ machine, clock });
    let changes = 0;
    const subscription = pressure.onChange(() => changes++);
    const check = async (): Promise<[number, string[], number]> => [
      (await pressure.check()).length,
      [...pressure.conditions],
      changes,
    ];
    assert.deepEqual(await check(), [0, [], 0]);
    usage = { ...plenty, memoryAvailableBytes: 50 * MI };
    assert.deepEqual(await check(), [1, ['MemoryPressure'], 1]);
    usage = plenty;
    await clock.advance(TRANSITION_MS - 1);
    assert.deepEqual(await check(), [0, ['MemoryPressure'], 1]);
    await clock.advance(1);
    assert.deepEqual(await check(), [0, [], 2]);
    subscription.dispose();
  });
});

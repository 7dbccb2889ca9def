import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { Emitter } from '../../base/events.ts';
import type { NodeReadiness } from './nodeStatus.ts';
import { combinedReadiness, pastStart, type ReadinessSource } from './readiness.ts';

const source = (first: NodeReadiness) => {
  const changed = new Emitter<undefined>();
  let current = first;
  return {
    get readiness(): NodeReadiness {
      return current;
    },
    onChange: (listener: () => void) => changed.event(() => listener()),
    set(next: NodeReadiness) {
      current = next;
      changed.fire(undefined);
    },
  } satisfies ReadinessSource & { set(next: NodeReadiness): void };
};
const READY = { ready: true, message: '' };

describe('node readiness', () => {
  it('says all that is missing', () => {
    assert.deepEqual(combinedReadiness([]), READY);
    const sources = [
      source(READY),
      source({ ready: false, message: 'a' }),
      source({ ready: false, message: 'b' }),
    ];
    assert.deepEqual(combinedReadiness(sources), { ready: false, message: 'a, b' });
  });

  describe('pastStart', () => {
    const never = new AbortController().signal;
    const waiting = async (
      sources: readonly ReadinessSource[],
      isNew: boolean,
      act: (clock: FakeClock) => Promise<void> | void,
    ): Promise<readonly boolean[]> => {
      const clock = new FakeClock();
      let isPast = false;
      const past = pastStart(sources, isNew, clock, never).then(() => (isPast = true));
      await clock.advance(0);
      const before = isPast;
      await act(clock);
      await clock.advance(0);
      const after = isPast;
      await clock.advance(2_000);
      await past;
      assert.equal(clock.pending, 0);
      return [before, after];
    };

    it('waits for what a start brings by itself', async () => {
      const pods = source({ ready: false, message: '', waitsFor: 'start' });
      assert.deepEqual(await waiting([pods], false, () => pods.set(READY)), [false, true]);
    });

    it('waits no longer once something is wrong', async () => {
      const pods = source({ ready: false, message: '', waitsFor: 'start' });
      assert.deepEqual(await waiting([pods], false, () => pods.set({ ready: false, message: 'x' })), [
        false,
        true,
      ]);
      assert.deepEqual(await waiting([source({ ready: false, message: 'x' })], false, () => undefined), [
        true,
        true,
      ]);
    });

    it('waits for what the Node object brings where there is one, and makes it first where there is none', async () => {
      const network = source({ ready: false, message: '', waitsFor: 'node' });
      assert.deepEqual(await waiting([network], false, (clock) => clock.advance(1_999)), [false, false]);
      assert.deepEqual(await waiting([network], true, () => undefined), [true, true]);
    });
  });
});

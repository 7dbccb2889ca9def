import assert from 'node:assert/strict';
import { freeze } from './freeze.ts';

describe('freeze()', () => {
  /** An engine that fails so often, with this message. */
  const failing = (times: number, message: string) => {
    const engine = {
      asked: 0,
      pause: () => {
        engine.asked += 1;
        return engine.asked <= times
          ? Promise.reject(Object.assign(new Error('(HTTP code 500)'), { json: { message } }))
          : Promise.resolve({});
      },
    };
    return engine;
  };
  const BUSY = 'Cannot pause container x: OCI runtime pause failed: unable to freeze: unknown';

  it('tries again where the runtime could not freeze all of it, and not for ever', async () => {
    const busy = failing(2, BUSY);
    await freeze(busy);
    assert.equal(busy.asked, 3);
    const busier = failing(99, BUSY);
    await assert.rejects(freeze(busier));
    assert.equal(busier.asked, 5);
  });

  it('tells other failures at once', async () => {
    const gone = failing(1, 'No such container: x');
    await assert.rejects(freeze(gone));
    assert.equal(gone.asked, 1);
  });
});

import assert from 'node:assert/strict';
import { Failures } from './failures.ts';

describe('failures of daemon pods', () => {
  it('wait longer each time, for each node alone', () => {
    const failures = new Failures();
    assert.equal(failures.wait('ops/logs', '1/n1', 0), 0);
    assert.equal(failures.wait('ops/logs', '1/n1', 400), 600);
    assert.equal(failures.wait('ops/logs', '1/n2', 400), 0);
    assert.equal(failures.wait('ops/logs', '1/n1', 1000), 0);
    assert.equal(failures.wait('ops/logs', '1/n1', 1000), 2000);
    assert.equal(failures.wait('ops/other', '1/n1', 1000), 0);
  });

  it('begin again after a long quiet, and when they are forgotten', () => {
    const failures = new Failures();
    failures.wait('ops/logs', '1/n1', 0);
    failures.wait('ops/logs', '1/n1', 1000);
    const later = 1000 + 30 * 60_000 + 1;
    assert.equal(failures.wait('ops/logs', '1/n1', later), 0);
    assert.equal(failures.wait('ops/logs', '1/n1', later), 1000);
    failures.forget('ops/logs');
    assert.equal(failures.wait('ops/logs', '1/n1', later), 0);
  });
});

import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { elapsed, stageText, Work } from './work.ts';

function world() {
  const clock = new FakeClock();
  let changes = 0;
  const work = new Work({ title: 'Creating dev', clock, onChange: () => changes++ });
  const text = (machine: string): string => {
    const stage = work.stage(machine);
    return stage === undefined ? '' : stageText(stage, clock.monotonic());
  };
  return { clock, work, text, changes: () => changes };
}

describe('Work', () => {
  it('keeps the last word of each machine, with its share and how long it has taken', async () => {
    const { clock, work, text, changes } = world();
    work.report({ machine: 'dev-1', message: 'Importing base box', fraction: 0.1 });
    await clock.advance(65_000);
    work.report({ machine: 'dev-1', message: 'Importing base box', fraction: 0.459 });
    work.report({ machine: 'dev-2', message: 'Waiting for SSH' });
    assert.equal(text('dev-1'), '1:05 · 45% · Importing base box…');
    assert.equal(text('dev-2'), '0:00 · Waiting for SSH…');
    assert.equal(changes(), 3);
  });

  it('says of the whole how many machines are through', () => {
    const { work, text } = world();
    assert.equal(work.message, 'Creating dev');
    work.report({ machine: '', message: 'Creating 2 machines' });
    work.report({ machine: 'dev-1', message: 'Booting' });
    work.report({ machine: 'dev-2', message: 'Booting' });
    assert.equal(work.message, 'Creating 2 machines · 0 of 2 ready');
    work.report({ machine: 'dev-2', message: 'Ready' });
    assert.equal(work.message, 'Creating 2 machines · 1 of 2 ready');
    assert.equal(text('dev-2'), 'Ready');
  });

  it('keeps why a machine could not be had until it is worked on again', () => {
    const { work, text } = world();
    work.report({ machine: 'dev-1', message: 'Booting' });
    work.report({ machine: 'dev-1', message: 'Failed: no answer on SSH' });
    assert.equal(text('dev-1'), 'no answer on SSH');
    assert.equal(work.stage('dev-1')?.phase, 'failed');
    work.report({ machine: 'dev-1', message: 'Booting' });
    assert.equal(work.stage('dev-1')?.phase, 'busy');
  });

  it('can be cancelled', () => {
    const { work } = world();
    work.cancel();
    assert.equal(work.signal.aborted, true);
  });

  it('counts minutes and seconds', () => {
    assert.deepEqual(
      [elapsed(0), elapsed(7_999), elapsed(750_000), elapsed(-5)],
      ['0:00', '0:07', '12:30', '0:00'],
    );
  });
});

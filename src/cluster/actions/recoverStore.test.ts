import assert from 'node:assert/strict';
import { Desk } from '../../../test/harness/desk.ts';
import type { Progress } from '../machines/contract.ts';

describe('a cluster whose store is damaged', () => {
  const never = new AbortController().signal;
  let desk: Desk;
  let said: string[];
  const progress: Progress = { report: ({ message }) => said.push(message) };

  beforeEach(async () => {
    said = [];
    desk = await Desk.make();
    await desk
      .clusters()
      .create({ name: 'dev', machines: 'simulated', nodes: 1, port: 7000 }, progress, never);
    await desk.clusters().stop('dev', never);
    desk.asked.length = 0;
    said.length = 0;
  });
  afterEach(() => desk.dispose());

  it('is started from what is whole before its control plane, and tells what is lost', async () => {
    desk.recovery = { kept: '/kept.db', damaged: ['core/pods/default/a'] };
    await desk.clusters().recover('dev', progress, never);
    assert.ok(desk.asked.indexOf('recover store') < desk.asked.indexOf('launch dev'));
    assert.ok(said.includes('The damaged store is kept: /kept.db'));
    assert.ok(said.includes('Lost, or as it was before: core/pods/default/a'));
  });

  it('that is whole after all is started as ever', async () => {
    await desk.clusters().recover('dev', progress, never);
    assert.ok(said.includes('The store is whole'));
    assert.ok(desk.asked.includes('launch dev'));
  });

  it('is not recovered by a plain start', async () => {
    await desk.clusters().start('dev', progress, never);
    assert.ok(!desk.asked.includes('recover store'));
  });
});

import assert from 'node:assert/strict';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../base/clock.ts';
import { systemProcesses } from '../../host/processes.ts';
import { duUsage } from './diskUsage.ts';

describe('duUsage', () => {
  const { signal } = new AbortController();
  const usage = duUsage(systemProcesses, new FakeClock());
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelhouse-usage-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('tells what each directory takes, whatever its name; links count for themselves', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, '-two \n\t3')];
    await mkdir(join(one, 'deep'), { recursive: true });
    await mkdir(two);
    await writeFile(join(one, 'deep/file'), Buffer.alloc(1_000_000, 1));
    await link(join(one, 'deep/file'), join(one, 'again'));
    await symlink('/usr', join(two, 'link'));
    const found = await usage([one, two, join(folder, 'none')], signal);
    assert.deepEqual([...found.keys()], [one, two]);
    const [first = 0, second = 0] = found.values();
    assert.ok(first >= 1_000_000 && first < 1_500_000, String(first));
    assert.ok(second < 100_000, String(second));
  });

  it('starts nothing where nothing is asked', async () => {
    const none = duUsage({ spawn: () => assert.fail('started') }, new FakeClock());
    assert.deepEqual(await none([], signal), new Map());
  });

  it('gives up on what takes too long', async () => {
    const clock = new FakeClock();
    const slow = duUsage({ spawn: () => systemProcesses.spawn('sleep', ['1000']) }, clock);
    const found = slow([folder], signal);
    const failed = assert.rejects(found, /not measured in time/);
    await clock.advance(120_000);
    await failed;
    assert.equal(clock.pending, 0);
  });

  it('ends with its signal', async () => {
    await assert.rejects(usage(['/'], AbortSignal.abort()));
  });
});

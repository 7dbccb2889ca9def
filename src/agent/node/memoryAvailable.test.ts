import assert from 'node:assert/strict';
import { memoryAvailable } from './memoryAvailable.ts';

const MEMINFO = 'MemTotal:       16000000 kB\nMemAvailable:    1000 kB\n';
const of = (files: Record<string, string>): Promise<number> =>
  memoryAvailable((path) => Promise.resolve(files[path] ?? ''));
const v2 = (max: string, current: string, inactive: string): Record<string, string> => ({
  '/sys/fs/cgroup/memory.max': max,
  '/sys/fs/cgroup/memory.current': current,
  '/sys/fs/cgroup/memory.stat': `anon 1\ninactive_file ${inactive}\n`,
});

describe('memoryAvailable', () => {
  it('is the machine’s where the node has no bound', async () => {
    assert.equal(await of({ '/proc/meminfo': MEMINFO }), 1_024_000);
    assert.equal(await of({ '/proc/meminfo': MEMINFO, ...v2('max\n', '5\n', '0') }), 1_024_000);
  });

  it('is the node’s own where that is less, without what can be dropped', async () => {
    assert.equal(await of({ '/proc/meminfo': MEMINFO, ...v2('500000\n', '400000\n', '100000') }), 200_000);
    assert.equal(await of({ '/proc/meminfo': MEMINFO, ...v2('50000000\n', '4000\n', '0') }), 1_024_000);
    const v1 = {
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '500000\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '450000\n',
      '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 7\ntotal_inactive_file 50000\n',
    };
    assert.equal(await of({ '/proc/meminfo': MEMINFO, ...v1 }), 100_000);
  });

  it('has no number where nobody tells', async () => {
    assert.ok(Number.isNaN(await of({})));
  });
});

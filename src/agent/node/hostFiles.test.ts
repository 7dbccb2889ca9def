import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../base/logger.ts';
import type { HostFiles } from '../../protocol/agentLink.ts';
import { createHostFiles } from './hostFiles.ts';

describe('createHostFiles', () => {
  let folder: string;
  let files: { readonly proxy: string; readonly certificates: string; readonly containerdPid: string };
  let ended: number[];
  let take: (wanted: HostFiles) => Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-host-files-'));
    files = {
      proxy: path.join(folder, 'proxy.env'),
      certificates: path.join(folder, 'host.crt'),
      containerdPid: path.join(folder, 'containerd.pid'),
    };
    ended = [];
    take = createHostFiles({ files, end: (pid) => ended.push(pid), logger: silentLogger });
    await writeFile(files.containerdPid, '17\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const there = async (): Promise<HostFiles> => {
    const [proxy, certificates] = await Promise.all(
      [files.proxy, files.certificates].map((file) => readFile(file, 'utf8').catch(() => undefined)),
    );
    return {
      ...(proxy === undefined ? {} : { proxy }),
      ...(certificates === undefined ? {} : { certificates }),
    };
  };

  it('writes what is new, the proxies for root alone, and has containerd started again for these', async () => {
    await take({ proxy: 'P', certificates: 'C' });
    assert.deepEqual(await there(), { proxy: 'P', certificates: 'C' });
    assert.equal((await stat(files.proxy)).mode & 0o777, 0o600);
    assert.deepEqual(ended, [17]);
  });

  it('leaves containerd alone where nothing is new', async () => {
    await take({});
    await take({ proxy: 'P' });
    ended = [];
    await take({ proxy: 'P' });
    assert.deepEqual([ended, await there()], [[], { proxy: 'P' }]);
  });

  it('takes away what the desktop has no more', async () => {
    await take({ proxy: 'P', certificates: 'C' });
    await take({ certificates: 'C' });
    assert.deepEqual([ended, await there()], [[17, 17], { certificates: 'C' }]);
    await take({});
    assert.deepEqual([ended, await there()], [[17, 17], {}]);
  });

  it('leaves containerd to systemd where no entry point says which process it is', async () => {
    await rm(files.containerdPid);
    await take({ proxy: 'P' });
    assert.deepEqual([ended, await there()], [[], { proxy: 'P' }]);
  });

  it('keeps the order in which it is told', async () => {
    await Promise.all([take({ proxy: '1', certificates: '1' }), take({ proxy: '2' }), take({ proxy: '3' })]);
    assert.deepEqual(await there(), { proxy: '3' });
  });
});

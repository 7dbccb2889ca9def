import assert from 'node:assert/strict';
import { rerun } from './rerun.ts';

describe('rerun', () => {
  const node = (code: string, signal: AbortSignal): Promise<number> =>
    rerun(process.execPath, ['-e', code], signal);

  it('ends with the exit code of the program', async () => {
    assert.equal(await node('process.exit(7)', new AbortController().signal), 7);
  });

  it('asks the program to end when aborted, and waits for it', async () => {
    const stop = new AbortController();
    const ended = node('setInterval(() => 0, 1000)', stop.signal);
    stop.abort();
    assert.equal(await ended, 1);
  });

  it('rejects where the program is not there', async () => {
    await assert.rejects(rerun('/nonexistent/node', [], new AbortController().signal), /ENOENT/);
  });
});

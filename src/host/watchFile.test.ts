import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDeferred } from '../base/deferred.ts';
import { writeWhole } from './files.ts';
import { watchFile } from './watchFile.ts';

describe('watchFile', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-watch-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('tells when the file is made, and replaced, and of no other', async () => {
    const file = path.join(folder, 'a');
    let changes = 0;
    let told = createDeferred<undefined>();
    const watching = watchFile(file, () => {
      changes++;
      told.resolve(undefined);
    });
    try {
      await writeWhole(path.join(folder, 'b'), 'other');
      await writeWhole(file, '1');
      await told.promise;
      assert.equal(changes, 1);
      told = createDeferred();
      await writeWhole(file, '2');
      await told.promise;
    } finally {
      watching.dispose();
    }
  });
});

import assert from 'node:assert/strict';
import { StorageUnavailableError } from '../contract.ts';
import { unavailable } from './errors.ts';

describe('unavailable', () => {
  const cases: [fields: object, message: RegExp][] = [
    [{ errcode: 5 }, /in use by another process: stop the other control plane/],
    [{ errcode: 13 }, /cannot grow: free some space/],
    [{ code: 'ENOSPC' }, /cannot grow: free some space/],
    // SQLITE_IOERR_FSYNC: extended codes count by their low byte.
    [{ errcode: 1034 }, /reading or writing .* failed .*check the disk/],
    [{ errcode: 8 }, /cannot be written: check the permissions/],
    [{ code: 'EACCES' }, /cannot be written: check the permissions/],
    [{ errcode: 14 }, /cannot be opened .*check that its directory exists/],
    [{ errcode: 26 }, /is damaged: .*Restore a snapshot, export what is whole/],
    [{ errcode: 1 }, /failed: boom/],
  ];
  for (const [fields, message] of cases) {
    it(`says what to do for ${JSON.stringify(fields)}`, () => {
      const error = unavailable(Object.assign(new Error('boom'), fields), '/data/state.db');
      assert.ok(error instanceof StorageUnavailableError);
      assert.match(error.message, message);
      assert.match(error.message, /\/data\/state\.db/);
    });
  }

  it('passes on what is one already', () => {
    const error = new StorageUnavailableError('closed');
    assert.equal(unavailable(error, '/x'), error);
  });
});

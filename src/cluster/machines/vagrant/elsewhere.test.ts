import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeWhole } from '../../../host/files.ts';
import { readElsewhere } from './elsewhere.ts';

describe('readElsewhere()', () => {
  let root: string;
  beforeEach(async () => (root = `${await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-elsewhere-'))}/`));
  afterEach(() => rm(root, { recursive: true }));

  it('tells WSL, containers and SSH sessions from the desktop itself', async () => {
    assert.equal(await readElsewhere({}, root), undefined);
    assert.equal(await readElsewhere({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, root), 'an SSH session');
    assert.equal(await readElsewhere({ WSL_DISTRO_NAME: 'Debian' }, root), 'WSL');
    await writeWhole(`${root}.dockerenv`, '');
    assert.equal(await readElsewhere({ SSH_CONNECTION: 'x' }, root), 'a container');
    await writeWhole(`${root}proc/version`, 'Linux version 5.15.153.1-microsoft-standard-WSL2');
    assert.equal(await readElsewhere({}, root), 'WSL');
  });
});

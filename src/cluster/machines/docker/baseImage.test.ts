import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { systemClock } from '../../../base/clock.ts';
import { fileTurns, type Turns } from '../../../host/lock.ts';
import { systemProcesses, type ProcessRunner } from '../../../host/processes.ts';
import { MachineError } from '../contract.ts';
import { ensureBaseImage } from './baseImage.ts';

const OWN = 'wheelhouse-base:trixie';
const { signal } = new AbortController();

describe('ensureBaseImage()', () => {
  let present: Set<string>;
  let imported: string;
  let folder: string;
  let turns: Turns;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-image-'));
    turns = fileTurns(folder, systemClock);
    present = new Set();
    imported = '';
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** An engine without a registry, that keeps what is imported. */
  const docker = {
    getImage: (name: string) => ({
      inspect: () => (present.has(name) ? Promise.resolve({}) : Promise.reject(notFound)),
      tag: ({ repo, tag }: { repo: string; tag: string }) => {
        present.delete(name);
        present.add(`${repo}:${tag}`);
        return Promise.resolve();
      },
      remove: () => Promise.resolve(present.delete(name)),
    }),
    pull: () => Promise.reject(new Error('no such host')),
    importImage: async (tar: Readable) => {
      for await (const chunk of tar) imported += String(chunk);
      present.add('sha256:ab12');
      return Readable.from(['{"status":"sha256:ab12"}']);
    },
  } as unknown as Docker;
  /** Runs a script of the shell in mmdebstrap's place. */
  const processes = (script: string): ProcessRunner => ({
    ...systemProcesses,
    spawn: (_command, _args, options) => systemProcesses.spawn('sh', ['-c', script], options),
  });
  const ensure = (runner: ProcessRunner): Promise<string> =>
    ensureBaseImage(
      { docker, processes: runner, turns, archives: () => Promise.resolve({ archive: 'http://m/debian' }) },
      { report: () => undefined },
      signal,
    );

  it('takes Debian’s image where the engine has it', async () => {
    present.add('debian:13-slim');
    assert.equal(await ensure(processes('exit 1')), 'debian:13-slim');
  });

  it('imports what mmdebstrap writes where no registry answers', async () => {
    assert.equal(await ensure(processes('printf tar')), OWN);
    assert.equal(imported, 'tar');
    assert.deepEqual([...present], [OWN]);
  });

  it('is made once where two want it at the same time, with packages from the archive that is known', async () => {
    let made = 0;
    const counting: ProcessRunner = {
      ...systemProcesses,
      spawn: (command, args, options) => {
        made += 1;
        assert.equal(command, 'mmdebstrap');
        assert.deepEqual(args.slice(-3), [
          '-',
          'deb http://m/debian trixie main',
          'deb http://m/debian trixie-updates main',
        ]);
        return systemProcesses.spawn('sh', ['-c', 'sleep 0.1; printf tar'], options);
      },
    };
    assert.deepEqual(await Promise.all([ensure(counting), ensure(counting)]), [OWN, OWN]);
    assert.equal(made, 1);
  });

  it('keeps nothing of a system that mmdebstrap could not finish, and says both reasons', async () => {
    await assert.rejects(ensure(processes('printf half; echo "E: no keyring" >&2; exit 25')), (error) => {
      assert.ok(error instanceof MachineError);
      assert.match(error.message, /debian:13-slim could not be pulled \(no such host\)/);
      assert.match(error.message, /exit code 25: E: no keyring/);
      return true;
    });
    assert.deepEqual([...present], []);
  });

  it('says what to install where there is no mmdebstrap', async () => {
    const none: ProcessRunner = {
      ...systemProcesses,
      spawn: (_command, args, options) => systemProcesses.spawn('/nonexistent/mmdebstrap', args, options),
    };
    await assert.rejects(
      ensure(none),
      (error) => error instanceof MachineError && error.remedy.includes('install mmdebstrap'),
    );
    assert.deepEqual([...present], []);
  });
});

const notFound = Object.assign(new Error('no such image'), { statusCode: 404 });

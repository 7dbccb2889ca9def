import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePod } from '../../../test/harness/memoryCluster.ts';
import { FakeClock } from '../../base/clock.ts';
import { Emitter } from '../../base/events.ts';
import { silentLogger } from '../../base/logger.ts';
import { timeOf } from '../../api/time.ts';
import type { Client } from '../../client/contract.ts';
import { agentPathsAt } from '../paths.ts';
import type { PodVolume } from './contract.ts';
import { createLocalVolumes } from './localVolumes.ts';
import { projectedPlugins } from './projectedPlugins.ts';
import { tokenMode } from './sources.ts';

const HOUR_MS = 3_600_000;

describe('tokens in projected volumes', () => {
  let root: string;
  let clock: FakeClock;
  /** The API server's time is the clock's, until this is changed. */
  let serverAheadMs: number;
  let clockSet: Emitter<undefined>;
  let issued: number;
  let volume: PodVolume;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wheelhouse-token-'));
    clock = new FakeClock();
    clockSet = new Emitter();
    serverAheadMs = 0;
    issued = 0;
  });

  afterEach(async () => {
    await volume.close();
    await rm(root, { recursive: true });
    assert.equal(clock.pending, 0);
    assert.equal(clockSet.hasListeners, false);
  });

  const open = async (defaultMode = 0o644): Promise<void> => {
    const plugins = projectedPlugins({
      users: { of: () => undefined },
      paths: agentPathsAt(root),
      objects: {} as never,
      client: {
        createSubresource: () =>
          Promise.resolve({
            status: {
              token: `token-${++issued}`,
              expirationTimestamp: timeOf(clock.now() + serverAheadMs + HOUR_MS),
            },
          }),
      } as unknown as Client,
      clock,
      logger: silentLogger,
      onClockSet: clockSet.event,
      localVolumes: createLocalVolumes(undefined),
      images: { unmount: () => Promise.resolve() },
      node: () => undefined,
      sources: () => ({ hostIPs: [], allocatable: {} }),
      podIPs: () => [],
    });
    const projected = plugins.find(({ type }) => type === 'projected');
    assert.ok(projected !== undefined);
    const source = { serviceAccountToken: { path: 'token', expirationSeconds: 3_600 } };
    const pod = makePod('p', { containers: [] });
    volume = await projected.setUp(
      pod,
      { name: 'v', projected: { defaultMode, sources: [source] } },
      new AbortController().signal,
    );
  };
  const token = (): Promise<string> => readFile(join(volume.hostPath, 'token'), 'utf8');
  const becomes = async (wanted: string): Promise<void> => {
    for (const deadline = performance.now() + 5_000; (await token()) !== wanted;) {
      assert.ok(performance.now() < deadline, `${await token()} is not ${wanted}`);
    }
  };

  it('are as open as their volume says, in a directory where only owners take files away', async () => {
    await open(0o440);
    assert.equal((await stat(join(volume.hostPath, 'token'))).mode & 0o7777, 0o440);
    assert.equal((await stat(volume.hostPath)).mode & 0o7777, 0o1777);
  });

  it('are renewed after four fifths of their life', async () => {
    await open();
    await clock.advance(0.79 * HOUR_MS);
    assert.equal(await token(), 'token-1');
    await clock.advance(0.02 * HOUR_MS);
    await becomes('token-2');
  });

  it('are asked for again when the time of day has been set, in whichever direction', async () => {
    await open();
    for (const [index, jump] of [8 * HOUR_MS, -8 * HOUR_MS].entries()) {
      clock.jump(jump);
      clockSet.fire(undefined);
      await becomes(`token-${index + 2}`);
    }
  });

  it('are not asked for without a pause by a clock that is ahead of the API server’s', async () => {
    serverAheadMs = -2 * HOUR_MS;
    await open();
    await clock.advance(999);
    assert.equal(issued, 1);
    await clock.advance(1);
    await becomes('token-2');
  });
});

describe('tokenMode()', () => {
  const users = (...ids: (number | undefined)[]) => ({
    containers: ids.map((runAsUser, at) => ({
      name: `c${at}`,
      image: 'i',
      ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
    })),
  });
  for (const [what, spec, expected] of [
    ['nobody in particular', users(undefined), { mode: 0o644 }],
    ['one user', users(1000, 1000), { mode: 0o600, uid: 1000 }],
    ['one of the pod', { ...users(undefined), securityContext: { runAsUser: 7 } }, { mode: 0o600, uid: 7 }],
    ['two users', users(1000, 1001), { mode: 0o644 }],
    ['a user, and nobody in particular', users(1000, undefined), { mode: 0o644 }],
    ['a group', { ...users(undefined), securityContext: { fsGroup: 5 } }, { mode: 0o600 }],
    ['both', { ...users(1000), securityContext: { fsGroup: 5 } }, { mode: 0o600, uid: 1000 }],
  ] as const) {
    it(`is for ${what}`, () => assert.deepEqual(tokenMode(makePod('p', spec), 0o644), expected));
  }
});

import assert from 'node:assert/strict';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import type { Pod, Volume } from '../../api/types.ts';
import type { PodUsage } from './podUsage.ts';
import { hasStorageLimit, storageViolation } from './storageLimits.ts';

const MI = 2 ** 20;
const limited = (name: string, storage?: string): ReturnType<typeof testContainer> =>
  testContainer(
    name,
    storage === undefined ? {} : { resources: { limits: { 'ephemeral-storage': storage } } },
  );
const dir = (name: string, sizeLimit?: string, medium = ''): Volume => ({
  name,
  emptyDir: { medium, ...(sizeLimit === undefined ? {} : { sizeLimit }) },
});
const uses = (
  containers: Record<string, { rootfs?: number; logs?: number }>,
  volumes: Record<string, number> = {},
): PodUsage => ({
  containers: new Map(
    Object.entries(containers).map(([name, { rootfs = 0, logs = 0 }]) => [
      name,
      { rootfs: rootfs * MI, logs: logs * MI, memory: 0 },
    ]),
  ),
  volumes: new Map(Object.entries(volumes).map(([name, size]) => [name, size * MI])),
});

describe('limits of local storage', () => {
  it('are there where a container or a volume on the disk says so', () => {
    const cases: readonly (readonly [boolean, Pod])[] = [
      [false, testPod()],
      [false, testPod({ volumes: [dir('data')] })],
      [false, testPod({ volumes: [dir('data', '0')] })],
      [false, testPod({ volumes: [dir('data', '1Mi', 'Memory')] })],
      [true, testPod({ volumes: [dir('data', '1Mi')] })],
      [true, testPod({ containers: [limited('app', '1Mi')] })],
      [true, testPod({ initContainers: [limited('init', '1Mi')] })],
    ];
    for (const [is, pod] of cases) assert.equal(hasStorageLimit(pod), is, JSON.stringify(pod.spec));
  });

  it('are kept by those who stay at them', () => {
    const pod = testPod({ containers: [limited('app', '10Mi')], volumes: [dir('data', '5Mi')] });
    assert.equal(storageViolation(pod, uses({ app: { rootfs: 3, logs: 2 } }, { data: 5 })), undefined);
    assert.equal(storageViolation(pod, uses({})), undefined);
  });

  const cases: readonly {
    readonly what: string;
    readonly pod: Pod;
    readonly usage: PodUsage;
    readonly message: string | undefined;
  }[] = [
    {
      what: 'a volume, before anything else',
      pod: testPod({ containers: [limited('app', '1Mi')], volumes: [dir('data', '1024Ki')] }),
      usage: uses({ app: { rootfs: 9 } }, { data: 2 }),
      message: 'Usage of EmptyDir volume "data" exceeds the limit "1Mi". ',
    },
    {
      what: 'all together, volumes without a limit and logs too',
      pod: testPod({ containers: [limited('a', '4Mi'), limited('b', '2Mi')], volumes: [dir('data')] }),
      usage: uses({ a: { rootfs: 2, logs: 1 }, b: { rootfs: 1 } }, { data: 3 }),
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 6Mi. ',
    },
    {
      what: 'all together, also where one container has no limit',
      pod: testPod({ containers: [limited('a', '2Mi'), limited('b')] }),
      usage: uses({ a: { rootfs: 1 }, b: { rootfs: 2 } }),
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ',
    },
    {
      what: 'one container',
      pod: testPod({ containers: [limited('a', '5Mi'), limited('b', '2Mi')] }),
      usage: uses({ a: {}, b: { rootfs: 2, logs: 1 } }),
      message: 'Container b exceeded its local ephemeral storage limit "2Mi". ',
    },
    {
      what: 'nothing by a limit of 0 of one container among others',
      pod: testPod({ containers: [limited('a', '5Mi'), limited('b', '0')] }),
      usage: uses({ a: {}, b: { rootfs: 2 } }),
      message: undefined,
    },
  ];
  for (const { what, pod, usage, message } of cases) {
    it(`are exceeded by ${what}`, () => assert.equal(storageViolation(pod, usage), message));
  }
});

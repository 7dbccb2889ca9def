import assert from 'node:assert/strict';
import type { Pod, Taint, Toleration } from '../../api/types.ts';
import { evictionDeadline } from './deadline.ts';

const CREATED = Date.parse('2026-01-01T00:00:00Z');
const TAINTED = '2026-01-01T01:00:00Z';
const at = Date.parse(TAINTED);

const pod = (...tolerations: Toleration[]): Pod =>
  ({
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [], tolerations },
  }) as unknown as Pod;
const taint = (extra: Partial<Taint> = {}): Taint => ({
  key: 'k',
  value: 'v',
  effect: 'NoExecute',
  timeAdded: TAINTED,
  ...extra,
});
const tolerated = (tolerationSeconds?: number, extra: Partial<Toleration> = {}): Toleration => ({
  key: 'k',
  operator: 'Exists',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
  ...extra,
});

describe('evictionDeadline', () => {
  const table: [string, number | undefined, number | undefined][] = [
    [
      'never without a NoExecute taint',
      evictionDeadline(pod(), [taint({ effect: 'NoSchedule' })], 5),
      undefined,
    ],
    ['at once where no toleration covers the taint', evictionDeadline(pod(), [taint()], 5), at],
    ['never with a toleration without a time', evictionDeadline(pod(tolerated()), [taint()], 5), undefined],
    ['after the time of the toleration', evictionDeadline(pod(tolerated(300)), [taint()], 5), at + 300_000],
    [
      'the shortest of several counts',
      evictionDeadline(pod(tolerated(300), tolerated(60)), [taint()], 5),
      at + 60_000,
    ],
    ['a time below zero means at once', evictionDeadline(pod(tolerated(-1)), [taint()], 5), at],
    [
      'one of two taints is enough',
      evictionDeadline(pod(tolerated()), [taint(), taint({ key: 'other' })], 5),
      at,
    ],
    [
      'another value is not covered',
      evictionDeadline(pod(tolerated(300, { operator: 'Equal', value: 'w' })), [taint()], 5),
      at,
    ],
    [
      'a taint without a time counts from when it was seen',
      evictionDeadline(pod(tolerated(10)), [taint({ timeAdded: undefined } as never)], at + 7),
      at + 10_007,
    ],
    [
      'a pod that came later has its full time',
      evictionDeadline(pod(tolerated(10)), [taint({ timeAdded: '2025-01-01T00:00:00Z' })], 5),
      CREATED + 10_000,
    ],
  ];
  for (const [what, actual, expected] of table) it(what, () => assert.equal(actual, expected));
});

import assert from 'node:assert/strict';
import { timeOf } from '../../api/time.ts';
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { conditionOf, deploymentStatus, type NewReplicaSetOutcome, untilDeadline } from './status.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const ago = (seconds: number): string => timeOf(NOW - seconds * 1000);

const deployment = (status: object = {}, spec: object = {}): Deployment =>
  ({
    metadata: { name: 'web', generation: 4 },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      ...spec,
    },
    status,
  }) as unknown as Deployment;
const rs = (name: string, replicas: number, ready = replicas, extra: object = {}): ReplicaSet =>
  ({
    metadata: { name },
    spec: { replicas },
    status: { replicas, readyReplicas: ready, availableReplicas: ready, ...extra },
  }) as unknown as ReplicaSet;
const progressing = (status: string, reason: string, seconds: number) => ({
  conditions: [
    {
      type: 'Progressing',
      status,
      reason,
      message: '',
      lastUpdateTime: ago(seconds),
      lastTransitionTime: ago(seconds),
    },
  ],
});
const statusOf = (
  d: Deployment,
  newRs: ReplicaSet | undefined,
  old: ReplicaSet[] = [],
  outcome: NewReplicaSetOutcome = { type: 'none' },
  judgeProgress = true,
) => deploymentStatus({ deployment: d, newRs, old, outcome, judgeProgress, now: NOW });
const short = (
  d: Deployment,
  newRs: ReplicaSet | undefined,
  old: ReplicaSet[] = [],
  outcome?: NewReplicaSetOutcome,
) => {
  const condition = conditionOf(statusOf(d, newRs, old, outcome).conditions, 'Progressing');
  return condition === undefined
    ? undefined
    : `${condition.status} ${condition.reason ?? ''}: ${condition.message ?? ''}`;
};

describe('deploymentStatus', () => {
  it('counts old and new pods', () => {
    const status = statusOf(deployment({ collisionCount: 2 }), rs('b', 2, 1, { terminatingReplicas: 1 }), [
      rs('a', 2),
    ]);
    const { conditions: _, ...counts } = status;
    assert.deepEqual(counts, {
      observedGeneration: 4,
      replicas: 4,
      updatedReplicas: 2,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 1,
      terminatingReplicas: 1,
      collisionCount: 2,
    });
  });

  it('is Available with as many pods as must be', () => {
    const available = (count: number) =>
      conditionOf(statusOf(deployment(), rs('b', count)).conditions, 'Available');
    assert.equal(available(3)?.reason, 'MinimumReplicasAvailable');
    assert.deepEqual([available(2)?.status, available(2)?.reason], ['False', 'MinimumReplicasUnavailable']);
  });

  const table: [string, string | undefined, string | undefined][] = [
    [
      'created',
      short(deployment(), rs('web-x', 1, 0, { replicas: 0 }), [], { type: 'created', name: 'web-x' }),
      'True NewReplicaSetCreated: Created new replica set "web-x"',
    ],
    [
      'found',
      short(deployment({ updatedReplicas: 1, replicas: 1 }), rs('web-x', 1, 0), [], {
        type: 'found',
        name: 'web-x',
      }),
      'True FoundNewReplicaSet: Found new replica set "web-x"',
    ],
    [
      'failed',
      short(deployment(), undefined, [], { type: 'failed', message: 'Failed to create' }),
      'False ReplicaSetCreateError: Failed to create',
    ],
    [
      'progressing',
      short(deployment(progressing('True', 'NewReplicaSetCreated', 5)), rs('web-x', 3, 1)),
      'True ReplicaSetUpdated: ReplicaSet "web-x" is progressing.',
    ],
    [
      'complete',
      short(deployment(progressing('True', 'ReplicaSetUpdated', 5)), rs('web-x', 3)),
      'True NewReplicaSetAvailable: ReplicaSet "web-x" has successfully progressed.',
    ],
    [
      'late',
      short(
        deployment({
          ...progressing('True', 'ReplicaSetUpdated', 601),
          updatedReplicas: 3,
          replicas: 3,
          readyReplicas: 1,
          availableReplicas: 1,
        }),
        rs('web-x', 3, 1),
      ),
      'False ProgressDeadlineExceeded: ReplicaSet "web-x" has timed out progressing.',
    ],
    [
      'not late yet',
      short(
        deployment({
          ...progressing('True', 'ReplicaSetUpdated', 599),
          updatedReplicas: 3,
          replicas: 3,
          readyReplicas: 1,
          availableReplicas: 1,
        }),
        rs('web-x', 3, 1),
      ),
      'True ReplicaSetUpdated: ',
    ],
    [
      'nobody asks',
      short(
        deployment(progressing('True', 'ReplicaSetUpdated', 5), { progressDeadlineSeconds: 2_147_483_647 }),
        rs('web-x', 1),
      ),
      undefined,
    ],
    [
      'paused',
      short(deployment({}, { paused: true }), undefined),
      'Unknown DeploymentPaused: Deployment is paused',
    ],
  ];
  for (const [what, actual, expected] of table) {
    it(`says what the rollout does: ${what}`, () => assert.equal(actual, expected));
  }

  it('moves the update time with every step, and the transition time only with the status', () => {
    const before = deployment({
      ...progressing('True', 'ReplicaSetUpdated', 50),
      updatedReplicas: 1,
      replicas: 1,
    });
    const condition = conditionOf(statusOf(before, rs('web-x', 2)).conditions, 'Progressing')!;
    assert.deepEqual([condition.lastUpdateTime, condition.lastTransitionTime], [ago(0), ago(50)]);
  });

  it('shows the failure of a replica set, that of the new one first', () => {
    const failing = (message: string) => ({
      conditions: [
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message,
          lastTransitionTime: ago(9),
        },
      ],
    });
    const both = statusOf(deployment(), rs('b', 1, 0, failing('new')), [rs('a', 1, 1, failing('old'))]);
    assert.equal(conditionOf(both.conditions, 'ReplicaFailure')!.message, 'new');
    const none = statusOf(deployment(both), rs('b', 1), [rs('a', 1)]);
    assert.equal(conditionOf(none.conditions, 'ReplicaFailure'), undefined);
  });

  it('does not judge progress where it is told not to', () => {
    const status = statusOf(
      deployment(progressing('True', 'ReplicaSetUpdated', 9_999)),
      rs('web-x', 3),
      [],
      { type: 'none' },
      false,
    );
    assert.equal(conditionOf(status.conditions, 'Progressing')!.reason, 'ReplicaSetUpdated');
  });
});

describe('untilDeadline', () => {
  it('is the rest of the deadline and a second, only while something is to come', () => {
    const d = deployment();
    assert.equal(untilDeadline(d, progressing('True', 'ReplicaSetUpdated', 590), NOW), 11_000);
    assert.equal(untilDeadline(d, progressing('True', 'ReplicaSetUpdated', 700), NOW), 1_000);
    assert.equal(untilDeadline(d, progressing('True', 'NewReplicaSetAvailable', 590), NOW), undefined);
    assert.equal(untilDeadline(d, progressing('False', 'ProgressDeadlineExceeded', 590), NOW), undefined);
    assert.equal(untilDeadline(d, {}, NOW), undefined);
  });
});

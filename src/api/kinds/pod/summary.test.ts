import assert from 'node:assert/strict';
import type { Pod } from '../../types.ts';
import { podColumns } from './columns.ts';
import { podSummary } from './summary.ts';

type Status = Record<string, unknown>;

const NOW = Date.parse('2026-01-01T01:00:00Z');
const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

function pod(status: Status, spec: object = {}, metadata: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      namespace: 'ns',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: at(5),
      ...metadata,
    },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
    status,
  };
}

const running = (name: string, more: object = {}): object => ({
  name,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: at(3) } },
  ...more,
});
const waiting = (name: string, reason?: string, more: object = {}): object => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: reason === undefined ? {} : { reason } },
  ...more,
});
const ended = (name: string, terminated: object, more: object = {}): object => ({
  name,
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode: 0, ...terminated } },
  ...more,
});

const init = (count: number, restartPolicy?: string): object => ({
  initContainers: Array.from({ length: count }, (_, i) => ({ name: `i${i}`, restartPolicy })),
});
const initialized = { conditions: [{ type: 'Initialized', status: 'True' }] };

/** Cases of upstream's `TestPrintPod`: what is there, and the columns Ready, Status and Restarts. */
const cases: readonly (readonly [string, Pod, string])[] = [
  ['a pod that waits', pod({ phase: 'Pending' }), '0/2 Pending 0'],
  [
    'a gated pod',
    pod({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
    }),
    '0/2 SchedulingGated 0',
  ],
  [
    'a running pod',
    pod({ phase: 'Running', containerStatuses: [running('a'), running('b')] }),
    '2/2 Running 0',
  ],
  [
    'the first container that waits',
    pod({
      phase: 'Pending',
      containerStatuses: [waiting('a', 'ImagePullBackOff'), waiting('b', 'ContainerCreating')],
    }),
    '0/2 ImagePullBackOff 0',
  ],
  [
    'a crash loop',
    pod({
      phase: 'Running',
      containerStatuses: [
        waiting('a', 'CrashLoopBackOff', {
          restartCount: 3,
          lastState: { terminated: { finishedAt: at(2) } },
        }),
        running('b'),
      ],
    }),
    '1/2 CrashLoopBackOff 3 (2m ago)',
  ],
  [
    'the latest restart of several',
    pod({
      phase: 'Running',
      containerStatuses: [
        running('a', { restartCount: 1, lastState: { terminated: { finishedAt: at(9) } } }),
        running('b', { restartCount: 2, lastState: { terminated: { finishedAt: at(4) } } }),
      ],
    }),
    '2/2 Running 3 (4m ago)',
  ],
  [
    'an exit code without a reason',
    pod({ phase: 'Failed', containerStatuses: [ended('a', { exitCode: 7 })] }),
    '0/2 ExitCode:7 0',
  ],
  [
    'a signal without a reason',
    pod({ phase: 'Failed', containerStatuses: [ended('a', { exitCode: 137, signal: 9 })] }),
    '0/2 Signal:9 0',
  ],
  [
    'one done, one ready',
    pod({
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [ended('a', { reason: 'Completed' }), running('b')],
    }),
    '1/2 Running 0',
  ],
  [
    'one done, one running but the pod not ready',
    pod({ phase: 'Running', containerStatuses: [ended('a', { reason: 'Completed' }), running('b')] }),
    '1/2 NotReady 0',
  ],
  ["the pod's own reason", pod({ phase: 'Failed', reason: 'Evicted' }), '0/2 Evicted 0'],
  [
    'the first of two init containers',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [running('i0', { ready: false }), waiting('i1', 'PodInitializing')],
      },
      init(2),
    ),
    '0/2 Init:0/2 0',
  ],
  [
    'the second of two init containers',
    pod(
      { phase: 'Pending', initContainerStatuses: [ended('i0', {}), waiting('i1', 'PodInitializing')] },
      init(2),
    ),
    '0/2 Init:1/2 0',
  ],
  [
    'an init container that fails',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [ended('i0', { exitCode: 1, reason: 'Error' }, { restartCount: 2 })],
      },
      init(1),
    ),
    '0/2 Init:Error 2',
  ],
  [
    'an init container that backs off',
    pod(
      { phase: 'Pending', initContainerStatuses: [waiting('i0', 'CrashLoopBackOff', { restartCount: 1 })] },
      init(1),
    ),
    '0/2 Init:CrashLoopBackOff 1',
  ],
  [
    'an init container ended by an exit code',
    pod({ phase: 'Pending', initContainerStatuses: [ended('i0', { exitCode: 2 })] }, init(1)),
    '0/2 Init:ExitCode:2 0',
  ],
  [
    'restarts of init containers, forgotten once done',
    pod(
      {
        phase: 'Running',
        initContainerStatuses: [ended('i0', {}, { restartCount: 4 })],
        containerStatuses: [running('a'), running('b')],
      },
      init(1),
    ),
    '2/2 Running 0',
  ],
  [
    'a sidecar that runs counts',
    pod(
      {
        phase: 'Running',
        initContainerStatuses: [running('i0', { started: true, restartCount: 1 })],
        containerStatuses: [running('a'), running('b')],
      },
      init(1, 'Always'),
    ),
    '3/3 Running 1',
  ],
  [
    'a sidecar that has not started holds the rest',
    pod(
      { phase: 'Pending', initContainerStatuses: [running('i0', { started: false, ready: false })] },
      init(1, 'Always'),
    ),
    '0/3 Init:0/1 0',
  ],
  [
    'a sidecar that fails later',
    pod(
      {
        phase: 'Running',
        ...initialized,
        initContainerStatuses: [waiting('i0', 'CrashLoopBackOff')],
        containerStatuses: [running('a'), running('b')],
      },
      init(1, 'Always'),
    ),
    '2/3 Init:CrashLoopBackOff 0',
  ],
  [
    'a pod that is being deleted',
    pod(
      { phase: 'Running', containerStatuses: [running('a'), running('b')] },
      {},
      { deletionTimestamp: at(0) },
    ),
    '2/2 Terminating 0',
  ],
  [
    'a finished pod that is being deleted',
    pod(
      { phase: 'Succeeded', containerStatuses: [ended('a', { reason: 'Completed' })] },
      {},
      { deletionTimestamp: at(0) },
    ),
    '0/2 Completed 0',
  ],
  [
    'a pod on a lost node',
    pod({ phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: at(0) }),
    '0/2 Unknown 0',
  ],
];

describe('podSummary', () => {
  for (const [name, object, expected] of cases) {
    it(`shows ${name} as ${expected}`, () => {
      const [, ready, status, restarts] = podColumns.map((column) => column.cell(object, NOW));
      assert.equal(`${ready} ${status} ${restarts}`, expected);
    });
  }

  it('says when the last restart was', () => {
    const object = pod({
      phase: 'Running',
      containerStatuses: [
        running('a', { restartCount: 1, lastState: { terminated: { finishedAt: at(1) } } }),
      ],
    });
    assert.equal(podSummary(object).lastRestart, at(1));
  });

  it('shows address, node and gates with -o wide', () => {
    const object = pod(
      { podIPs: [{ ip: '10.0.0.9' }], nominatedNodeName: 'n2', conditions: [{ type: 'g1', status: 'True' }] },
      { nodeName: 'n1', readinessGates: [{ conditionType: 'g1' }, { conditionType: 'g2' }] },
    );
    assert.deepEqual(
      podColumns
        .filter((column) => column.priority === 1)
        .map((column) => [column.name, column.cell(object, NOW)]),
      [
        ['IP', '10.0.0.9'],
        ['Node', 'n1'],
        ['Nominated Node', 'n2'],
        ['Readiness Gates', '1/2'],
      ],
    );
  });
});

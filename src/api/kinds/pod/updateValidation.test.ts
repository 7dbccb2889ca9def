import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { pod as podKind } from './kind.ts';
import type { Draft } from '../../meta.ts';
import type { Pod } from '../../types.ts';
import { validatePodStatusUpdate } from './statusValidation.ts';
import { validatePodUpdate } from './updateValidation.ts';

function podWith(spec: object = {}, status: object = {}, metadata: object = {}): Pod {
  const draft = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', resourceVersion: '1', ...metadata },
    spec: { containers: [{ name: 'c', image: 'busybox:1' }], ...spec },
    status,
  } as unknown as Draft<Pod>;
  podKind.setDefaults?.(draft);
  return draft as unknown as Pod;
}

const MAY_CHANGE =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';
const toleration = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
const terms = (...values: string[]): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: values.map((key) => ({ key, operator: 'Exists' })) }],
    },
  },
});
const gated = (spec: object): object => ({ schedulingGates: [{ name: 'g' }], ...spec });

describe('validatePodUpdate', () => {
  const cases: readonly (readonly [string, object, object, readonly string[]])[] = [
    ['no change', {}, {}, []],
    ['another image', {}, { containers: [{ name: 'c', image: 'busybox:2' }] }, []],
    [
      'no image',
      {},
      { containers: [{ name: 'c', image: '', imagePullPolicy: 'IfNotPresent' }] },
      ['spec.containers[0].image: Required value'],
    ],
    [
      'what a client in Go leaves out',
      { hostNetwork: false, containers: [{ name: 'c', image: 'busybox:1', tty: false, args: [] }] },
      {},
      [],
    ],
    [
      'one more container',
      {},
      {
        containers: [
          { name: 'c', image: 'busybox:1' },
          { name: 'd', image: 'i' },
        ],
      },
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      'another node and host name',
      { nodeName: 'n' },
      { nodeName: 'm', hostname: 'h' },
      [`${MAY_CHANGE}\u00a0\u00a0spec.hostname\n\u00a0\u00a0spec.nodeName`],
    ],
    [
      'a longer grace',
      {},
      { terminationGracePeriodSeconds: 60 },
      [`${MAY_CHANGE}\u00a0\u00a0spec.terminationGracePeriodSeconds`],
    ],
    [
      'a negative grace repaired',
      { terminationGracePeriodSeconds: -5 },
      { terminationGracePeriodSeconds: 1 },
      [],
    ],
    ['a deadline set', {}, { activeDeadlineSeconds: 5 }, []],
    [
      'a deadline put off',
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: 6 },
      ['spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
    ],
    [
      'a deadline dropped',
      { activeDeadlineSeconds: 5 },
      {},
      [
        'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
      ],
    ],
    [
      'one more toleration',
      { tolerations: [toleration] },
      {
        tolerations: [
          { key: 'b', operator: 'Exists' },
          { ...toleration, tolerationSeconds: 9 },
        ],
      },
      [],
    ],
    [
      'a toleration taken away',
      { tolerations: [toleration] },
      { tolerations: [] },
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    ['a gate taken away', gated({}), {}, []],
    [
      'a gate added',
      {},
      gated({}),
      [
        "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'g'",
      ],
    ],
    [
      'a gated pod narrowed down',
      gated({ nodeSelector: { a: '1' }, affinity: terms('x') }),
      gated({ nodeSelector: { a: '1', b: '2' }, affinity: terms('x', 'y') }),
      [],
    ],
    [
      'a gated pod widened',
      gated({ nodeSelector: { a: '1' } }),
      gated({ nodeSelector: { b: '1' } }),
      [
        'spec.nodeSelector: Invalid value: {"b":"1"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ],
    ],
    [
      'other terms of a gated pod',
      gated({ affinity: terms('x') }),
      gated({ affinity: terms('y') }),
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: Invalid value: {"matchExpressions":[{"key":"y","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)',
      ],
    ],
    [
      'an ungated pod narrowed down',
      {},
      { nodeSelector: { a: '1' } },
      [`${MAY_CHANGE}\u00a0\u00a0spec.nodeSelector`],
    ],
    [
      'another quality of service',
      {},
      { containers: [{ name: 'c', image: 'busybox:1', resources: { requests: { cpu: '1' } } }] },
      ['metadata: Invalid value: "": Pod QoS is immutable', `${MAY_CHANGE}\u00a0\u00a0spec.containers`],
    ],
  ];
  for (const [name, before, now, expected] of cases) {
    it(`says about ${name}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`, () => {
      assert.deepEqual(asLines(validatePodUpdate(podWith(now), podWith(before))), expected);
    });
  }

  it('keeps the mirror annotation as it is', () => {
    const mirror = podWith({}, {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } });
    assert.deepEqual(asLines(validatePodUpdate(mirror, podWith())), [
      'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation',
    ]);
    assert.deepEqual(asLines(validatePodUpdate(podWith(), mirror)), [
      'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation',
    ]);
  });
});

describe('validatePodStatusUpdate', () => {
  const ended = { containerStatuses: [{ name: 'c', state: { terminated: { exitCode: 1 } } }] };
  const running = { containerStatuses: [{ name: 'c', state: { running: {} } }] };
  const restarted = [
    'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
  ];
  const cases: readonly (readonly [string, object, object, object, readonly string[]])[] = [
    ['a restart where it always restarts', { restartPolicy: 'Always' }, ended, running, []],
    ['a restart after a failure', { restartPolicy: 'OnFailure' }, ended, running, []],
    ['a restart where it never restarts', { restartPolicy: 'Never' }, ended, running, restarted],
    [
      'two addresses of a family',
      {},
      {},
      { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
      [
        'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family',
      ],
    ],
    [
      'names in the place of addresses',
      {},
      {},
      { hostIP: 'localhost', podIPs: [{ ip: '0x7f.1' }] },
      [
        'status.hostIP: Invalid value: "localhost": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'status.podIPs[0]: Invalid value: "0x7f.1": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    ['one of each family', {}, {}, { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] }, []],
    [
      'another host address',
      {},
      {},
      { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.2' }] },
      ['status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`'],
    ],
    ['a condition of the user', {}, {}, { conditions: [{ type: 'example.com/ready', status: 'True' }] }, []],
  ];
  for (const [name, spec, before, now, expected] of cases) {
    it(`says about ${name}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`, () => {
      assert.deepEqual(asLines(validatePodStatusUpdate(podWith(spec, now), podWith(spec, before))), expected);
    });
  }
});

describe('a status that is written to a pod', () => {
  it('has one address in podIP and podIPs: where they differ, podIP counts', () => {
    const written = (status: object): unknown => {
      const draft = podWith({}, status) as unknown as Draft<Pod>;
      podKind.status?.prepareForUpdate?.(draft, podWith(), { now: '', user: { name: '', groups: [] } });
      return [draft.status?.podIP, draft.status?.podIPs];
    };
    assert.deepEqual(written({ podIP: '10.0.0.1' }), ['10.0.0.1', [{ ip: '10.0.0.1' }]]);
    assert.deepEqual(written({ podIPs: [{ ip: '10.0.0.1' }] }), ['10.0.0.1', [{ ip: '10.0.0.1' }]]);
    assert.deepEqual(written({ podIP: 'localhost', podIPs: [{ ip: '10.0.0.1' }] }), [
      'localhost',
      [{ ip: 'localhost' }],
    ]);
    const both = [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }];
    assert.deepEqual(written({ podIP: '10.0.0.1', podIPs: both }), ['10.0.0.1', both]);
    assert.deepEqual(written({ phase: 'Pending' }), [undefined, undefined]);
  });
});

import assert from 'node:assert/strict';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { type ClaimView, planClaim } from './claimPlan.ts';
import { planVolume } from './volumePlan.ts';

const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

type Parts = { metadata?: object; spec?: object; status?: object };

const claimOf = ({ metadata, spec, status }: Parts = {}): PersistentVolumeClaim =>
  ({
    metadata: { name: 'c', namespace: 'ns', uid: 'u', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, ...spec },
    status: { phase: 'Pending', ...status },
  }) as unknown as PersistentVolumeClaim;
const volumeOf = (name: string, { metadata, spec, status }: Parts = {}): PersistentVolume =>
  ({
    metadata: { name, ...metadata },
    spec: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], capacity: { storage: '5Gi' }, ...spec },
    status: { phase: 'Available', ...status },
  }) as unknown as PersistentVolume;
const classOf = (name: string, volumeBindingMode = 'Immediate'): StorageClass =>
  ({ metadata: { name }, provisioner: 'p', volumeBindingMode }) as unknown as StorageClass;
const reserved = (uid?: string, name = 'c'): object => ({
  spec: { claimRef: { namespace: 'ns', name, ...(uid === undefined ? {} : { uid }) } },
});
const annotated = (...names: readonly string[]): object => ({
  annotations: Object.fromEntries(names.map((name) => [name, 'yes'])),
});

/** The plan in one line. */
function planned(view: Partial<ClaimView> & { claim: PersistentVolumeClaim }): string {
  const plan = planClaim({
    named: undefined,
    volumes: [],
    taken: new Set(),
    storageClass: undefined,
    defaultClass: undefined,
    waitingPods: () => [],
    ...view,
  });
  switch (plan.do) {
    case 'bind':
      return `bind ${plan.volume.metadata.name}`;
    case 'assignClass':
      return `class ${plan.name}`;
    case 'phase': {
      const { phase, event } = plan;
      return event === undefined ? phase : `${phase}, ${event.type} ${event.reason}: ${event.message}`;
    }
    default:
      return plan.do;
  }
}

const waiting = classOf('slow', 'WaitForFirstConsumer');
const ofSlow = claimOf({ spec: { storageClassName: 'slow' } });

const claims: readonly (readonly [what: string, view: Parameters<typeof planned>[0], plan: string])[] = [
  [
    'takes the smallest that is large enough',
    {
      claim: claimOf(),
      volumes: [
        volumeOf('small', { spec: { capacity: { storage: '1Gi' } } }),
        volumeOf('huge', { spec: { capacity: { storage: '50Gi' } } }),
        volumeOf('right'),
      ],
    },
    'bind right',
  ],
  [
    'takes what is reserved for it, whatever else there is',
    { claim: claimOf(), volumes: [volumeOf('any'), volumeOf('mine', reserved())] },
    'bind mine',
  ],
  [
    'leaves what is taken, leaving, in use, of another class, mode or form',
    {
      claim: claimOf(),
      taken: new Set(['taken']),
      volumes: [
        volumeOf('taken'),
        volumeOf('leaving', { metadata: { deletionTimestamp: 't' } }),
        volumeOf('used', reserved('other')),
        volumeOf('released', { status: { phase: 'Released' } }),
        volumeOf('class', { spec: { storageClassName: 'fast' } }),
        volumeOf('mode', { spec: { accessModes: ['ReadOnlyMany'] } }),
        volumeOf('block', { spec: { volumeMode: 'Block' } }),
      ],
    },
    'Pending, Normal FailedBinding: no persistent volumes available for this claim and no storage class is set',
  ],
  [
    'keeps to its selector',
    {
      claim: claimOf({ spec: { selector: { matchLabels: { disk: 'fast' } } } }),
      volumes: [volumeOf('plain'), volumeOf('fast', { metadata: { labels: { disk: 'fast' } } })],
    },
    'bind fast',
  ],
  [
    'gets the default class where it named none',
    { claim: claimOf(), defaultClass: classOf('standard') },
    'class standard',
  ],
  [
    'waits for a pod, and for that pod to have a node',
    {
      claim: ofSlow,
      storageClass: waiting,
      volumes: [volumeOf('v', { spec: { storageClassName: 'slow' } })],
    },
    'Pending, Normal WaitForFirstConsumer: waiting for first consumer to be created before binding',
  ],
  [
    'names the pods that it waits for',
    { claim: ofSlow, storageClass: waiting, waitingPods: () => ['a', 'b'] },
    'Pending, Normal WaitForPodScheduled: waiting for pods a,b to be scheduled',
  ],
  [
    'is provided for once the node is chosen',
    {
      claim: claimOf({
        metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'n' } },
        spec: { storageClassName: 'slow' },
      }),
      storageClass: waiting,
    },
    'provision',
  ],
  [
    'is provided for at once where its class does not wait, or is not there to say',
    { claim: claimOf({ spec: { storageClassName: 'fast' } }) },
    'provision',
  ],
  ['is left alone when it goes', { claim: claimOf({ metadata: { deletionTimestamp: 't' } }) }, 'nothing'],
  ['waits for the volume that it names', { claim: claimOf({ spec: { volumeName: 'v' } }) }, 'Pending'],
  [
    'takes the volume that it names',
    { claim: claimOf({ spec: { volumeName: 'v' } }), named: volumeOf('v') },
    'bind v',
  ],
  ...(
    [
      ['small', { spec: { capacity: { storage: '1Gi' } } }, 'requested PV is too small'],
      ['class', { spec: { storageClassName: 'x' } }, 'storageClassName does not match'],
      ['form', { spec: { volumeMode: 'Block' } }, 'incompatible volumeMode'],
      ['mode', { spec: { accessModes: ['ReadOnlyMany'] } }, 'incompatible accessMode'],
      ['gone', { metadata: { deletionTimestamp: 't' } }, 'the volume is marked for deletion "gone"'],
    ] as const
  ).map(
    ([name, parts, why]) =>
      [
        `does not take one that does not fit: ${why}`,
        { claim: claimOf({ spec: { volumeName: name } }), named: volumeOf(name, parts) },
        `Pending, Warning VolumeMismatch: Cannot bind to requested volume "${name}": ${why}`,
      ] as const,
  ),
  [
    'does not take what is another claim’s',
    { claim: claimOf({ spec: { volumeName: 'v' } }), named: volumeOf('v', reserved('other', 'd')) },
    'Pending, Warning FailedBinding: volume "v" already bound to a different claim.',
  ],
  [
    'is lost with its volume',
    { claim: claimOf({ metadata: annotated(BIND_COMPLETED), spec: { volumeName: 'v' } }) },
    'Lost, Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
  ],
  [
    'is lost when it forgets its volume',
    { claim: claimOf({ metadata: annotated(BIND_COMPLETED) }) },
    'Lost, Warning ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
  ],
  [
    'is lost when its volume is another claim’s',
    {
      claim: claimOf({ metadata: annotated(BIND_COMPLETED), spec: { volumeName: 'v' } }),
      named: volumeOf('v', reserved('other')),
    },
    'Lost, Warning ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly',
  ],
  [
    'takes back a volume that has forgotten it',
    {
      claim: claimOf({ metadata: annotated(BIND_COMPLETED), spec: { volumeName: 'v' } }),
      named: volumeOf('v'),
    },
    'bind v',
  ],
];

const ours = { annotations: { 'pv.kubernetes.io/provisioned-by': 'p' } };
const volumes: readonly (readonly [
  what: string,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
  plan: string,
])[] = [
  ['is available while nobody claims it', volumeOf('v'), undefined, 'Available'],
  ['is available to the claim that it is kept for', volumeOf('v', reserved()), claimOf(), 'Available'],
  ['has its claim bound', volumeOf('v', reserved('u')), claimOf(), 'wakeClaim'],
  [
    'is bound when its claim has it',
    volumeOf('v', reserved('u')),
    claimOf({ spec: { volumeName: 'v' } }),
    'Bound',
  ],
  ['is reclaimed when its claim is gone', volumeOf('v', reserved('u')), undefined, 'reclaim'],
  [
    'is reclaimed when another claim of that name has come',
    volumeOf('v', reserved('before')),
    claimOf({ spec: { volumeName: 'v' } }),
    'reclaim',
  ],
  [
    'is free again when its claim has another one',
    volumeOf('v', { metadata: annotated(BOUND_BY_CONTROLLER), ...reserved('u') }),
    claimOf({ spec: { volumeName: 'w' } }),
    'unbind',
  ],
  [
    'goes when it was made for a claim that has another one',
    volumeOf('v', {
      metadata: ours,
      spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef: { namespace: 'ns', name: 'c', uid: 'u' } },
    }),
    claimOf({ spec: { volumeName: 'w' } }),
    'reclaim',
  ],
  [
    'goes with its data when somebody deletes it before anybody has claimed it',
    volumeOf('v', { metadata: { deletionTimestamp: 't', finalizers: ['kubernetes.io/pv-controller'] } }),
    undefined,
    'reclaim',
  ],
];

describe('a claim', () => {
  for (const [what, view, plan] of claims) {
    it(what, () => {
      assert.equal(planned(view), plan);
    });
  }
});

describe('a volume', () => {
  for (const [what, volume, claim, expected] of volumes) {
    it(what, () => {
      const plan = planVolume(volume, claim);
      assert.equal(plan.do === 'phase' ? plan.phase : plan.do, expected);
    });
  }
});

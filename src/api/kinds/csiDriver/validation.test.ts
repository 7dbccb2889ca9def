import { refusals, shows } from '../../../../test/harness/kindRules.ts';
import { csiDriver } from './kind.ts';

refusals(csiDriver, [
  [
    'what a driver cannot have',
    {
      spec: {
        fsGroupPolicy: 'x',
        volumeLifecycleModes: ['Forever'],
        tokenRequests: [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }],
        nodeAllocatableUpdatePeriodSeconds: 1,
      },
    },
    [
      'spec.fsGroupPolicy: Unsupported value: "x": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Forever": supported values: "Persistent", "Ephemeral"',
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 1: must be greater than or equal to 10 seconds',
    ],
  ],
]);

shows(
  csiDriver,
  'Name AttachRequired PodInfoOnMount StorageCapacity TokenRequests RequiresRepublish Modes Age',
  [['a driver', { spec: {} }, ['a', true, false, false, '<unset>', false, 'Persistent', '15m']]],
);

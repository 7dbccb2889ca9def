import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { csiNode } from './kind.ts';

refusals(csiNode, [
  [
    'drivers that are not told apart',
    {
      spec: {
        drivers: [
          { name: 'd', nodeID: 'n', topologyKeys: ['z', 'z'] },
          { name: 'd', nodeID: '', allocatable: { count: -1 } },
        ],
      },
    },
    [
      'spec.drivers[0]: Duplicate value: "z"',
      'spec.drivers[1].nodeID: Required value',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "d"',
    ],
  ],
]);

refusedChanges(csiNode, [
  [
    'how much a driver can have, but not where it is',
    { spec: { drivers: [{ name: 'd', nodeID: 'n', allocatable: { count: 1 } }] } },
    { spec: { drivers: [{ name: 'd', nodeID: 'm', allocatable: { count: 2 } }] } },
    ['spec.drivers: Invalid value: {"name":"d","nodeID":"m"}: field is immutable'],
  ],
]);

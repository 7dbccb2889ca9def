import { refusals } from '../../../../test/harness/kindRules.ts';
import { resourceQuota } from './kind.ts';

refusals(resourceQuota, [
  [
    'what cannot be counted',
    { spec: { hard: { pods: '1500m', frogs: '1', 'count/frogs.pond.example': '2', cpu: '-1' } } },
    [
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.hard[frogs]: Invalid value: "frogs": must be a standard resource for quota',
      'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  [
    'scopes that do not go together',
    { spec: { hard: { pods: '1', services: '1' }, scopes: ['BestEffort', 'NotBestEffort'] } },
    [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
  ],
]);

import { refusals } from '../../../../test/harness/kindRules.ts';
import { clusterRole } from './kind.ts';

refusals(clusterRole, [
  ['a path', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }, []],
  [
    'aggregation of nothing',
    { aggregationRule: {} },
    [
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ],
]);

import { shows } from '../../../../test/harness/kindRules.ts';
import { ingressClass } from './kind.ts';

const parameters = { apiGroup: 'example.com', kind: 'Parameters', name: 'p' };

shows(ingressClass, 'Name Controller Parameters Age', [
  ['a plain one', { spec: { controller: 'a.b/c' } }, ['a', 'a.b/c', '<none>', '15m']],
  [
    'one with parameters',
    { spec: { controller: 'a.b/c', parameters } },
    ['a', 'a.b/c', 'Parameters.example.com/p', '15m'],
  ],
]);

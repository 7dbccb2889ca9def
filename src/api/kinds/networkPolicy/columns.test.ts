import { shows } from '../../../../test/harness/kindRules.ts';
import { networkPolicy } from './kind.ts';

shows(networkPolicy, 'Name Pod-Selector Age', [
  ['one for all pods', {}, ['a', '<none>', '15m']],
  ['one for some', { spec: { podSelector: { matchLabels: { app: 'x' } } } }, ['a', 'app=x', '15m']],
]);

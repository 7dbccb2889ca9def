import { shows } from '../../../../test/harness/kindRules.ts';
import { componentStatus } from './kind.ts';

const healthOf = (condition: object): object => ({ conditions: [{ type: 'Healthy', ...condition }] });

shows(componentStatus, 'Name Status Message Error', [
  ['one that is well', healthOf({ status: 'True', message: 'ok' }), ['a', 'Healthy', 'ok', '']],
  ['one that is not', healthOf({ status: 'False', error: 'e' }), ['a', 'Unhealthy', '', 'e']],
]);

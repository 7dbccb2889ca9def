import { shows } from '../../../../test/harness/kindRules.ts';
import { runtimeClass } from './kind.ts';

shows(runtimeClass, 'Name Handler Age', [['a class', { handler: 'runsc' }, ['a', 'runsc', '15m']]]);

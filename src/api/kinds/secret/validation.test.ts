import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { secret } from './kind.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

refusals(secret, [
  [
    'TLS without key',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
    ['data[tls.key]: Required value'],
  ],
  [
    'a pull secret that is no JSON',
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('{') } },
    ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid JSON'],
  ],
  [
    'a token without account',
    { type: 'kubernetes.io/service-account-token' },
    ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  ],
]);

refusedChanges(secret, [
  ['another type', { type: 'a' }, { type: 'b' }, ['type: Invalid value: "b": field is immutable']],
]);

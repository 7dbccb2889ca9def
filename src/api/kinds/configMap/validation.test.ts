import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { configMap } from './kind.ts';

const IMMUTABLE_SET = 'Forbidden: field is immutable when `immutable` is set';

refusals(configMap, [
  [
    'a bad key',
    { data: { 'a/b': '' } },
    [
      "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    'a key in both',
    { data: { a: '' }, binaryData: { a: '' } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  ['too much', { data: { a: 'x'.repeat(1048577) } }, ['[]: Too long: may not be more than 1048576 bytes']],
]);

refusedChanges(configMap, [
  [
    'a frozen one',
    { immutable: true, data: { a: '1' } },
    { data: { a: '' } },
    [`immutable: ${IMMUTABLE_SET}`, `data: ${IMMUTABLE_SET}`],
  ],
  [
    'a key with an empty value taken away from a frozen one',
    { immutable: true, data: { a: '' } },
    { immutable: true },
    [`data: ${IMMUTABLE_SET}`],
  ],
  ['one that is frozen now', { data: { a: '1' } }, { immutable: true, data: { a: '2' } }, []],
]);

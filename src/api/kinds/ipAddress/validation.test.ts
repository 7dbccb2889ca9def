import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf, refusals, refusedChanges, shows } from '../../../../test/harness/kindRules.ts';
import { validateMetadata } from '../../metadata/metadata.ts';
import { ipAddress } from './kind.ts';

const of = (parentRef: object): object => ({ spec: { parentRef } });
const web = { resource: 'services', name: 'web', namespace: 'ns' };

refusals(ipAddress, [
  ["a service's", of(web), []],
  ["nobody's", {}, ['spec.parentRef: Required value']],
  [
    'one of no name',
    of({ group: 'a.b', resource: 'a/b' }),
    [
      'spec.parentRef.resource: Invalid value: "a/b": may not contain \'/\'',
      'spec.parentRef.name: Required value',
    ],
  ],
]);

refusedChanges(ipAddress, [
  [
    'another owner',
    of(web),
    of({ ...web, name: 'b' }),
    [
      'spec.parentRef: Invalid value: {"resource":"services","name":"b","namespace":"ns"}: field is immutable',
    ],
  ],
]);

describe('the name of an IPAddress', () => {
  it('is an address in its shortest form', () => {
    const about = (name: string): string[] =>
      asLines(validateMetadata(objectOf(ipAddress, of(web), { name, namespace: '' }), ipAddress));
    assert.deepEqual([about('10.0.0.1'), about('fd00::1')], [[], []]);
    assert.deepEqual(about('web'), [
      'metadata.name: Invalid value: "web": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ]);
    assert.deepEqual(about('fd00:0::1'), [
      'metadata.name: Invalid value: "fd00:0::1": must be in canonical form ("fd00::1")',
    ]);
  });
});

shows(ipAddress, 'Name ParentRef Age', [['a service', of(web), ['a', 'services/ns/web', '15m']]]);

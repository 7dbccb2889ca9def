import assert from 'node:assert/strict';
import { fieldsOfMessage } from './fieldsOfMessage.ts';

describe('fieldsOfMessage()', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
      ['.spec.replica'],
    ],
    [
      'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): errors:\n  .spec.template.spec.containers[name="web"].imag: field not declared in schema\n  .spec.replicas: expected numeric (int or float), got string',
      ['.spec.template.spec.containers[name="web"].imag', '.spec.replicas'],
    ],
    [
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.a", duplicate field "spec.b"',
      ['spec.a', 'spec.b'],
    ],
    [
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
      ['spec.replicas'],
    ],
    ['the server is currently unable to handle the request', []],
    ['failed to call webhook: Post "https://hook.default.svc:443/check?timeout=10s": connection refused', []],
    ['etcdserver: request timed out', []],
  ];
  for (const [message, fields] of cases) {
    it(message.slice(0, 120), () =>
      assert.deepEqual(
        fieldsOfMessage(message).map(({ field }) => field),
        fields,
      ),
    );
  }

  it('keeps what is said of each', () => {
    assert.deepEqual(
      fieldsOfMessage(cases[1]?.[0] ?? '').map(({ message }) => message),
      [
        '.spec.template.spec.containers[name="web"].imag: field not declared in schema',
        '.spec.replicas: expected numeric (int or float), got string',
      ],
    );
  });
});

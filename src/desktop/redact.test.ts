import assert from 'node:assert/strict';
import { redact } from './redact.ts';

describe('redact()', () => {
  it('leaves no secret in a text, and says where one was', () => {
    const secrets = [
      '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----',
      'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln',
      'abcdef.0123456789abcdef',
      'aB3'.repeat(20),
    ];
    for (const secret of secrets) {
      const told = redact(`before ${secret} after`, '/home/me');
      assert.ok(!told.includes(secret), told);
      assert.match(told, /^before \(.*\) after$/);
    }
    assert.equal(
      redact('HTTP_PROXY=http://me:pw@proxy:3128', ''),
      'HTTP_PROXY=http://(credentials)@proxy:3128',
    );
    assert.equal(redact('{"token":"x y","a":1}', ''), '{"token":(left out) y","a":1}');
    assert.equal(redact('password: hunter2', ''), 'password: (left out)');
  });

  it('keeps what is needed: names, addresses, digests; the home is a tilde', () => {
    const text =
      'node dev-1 at 192.168.56.11, image sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';
    assert.equal(redact(text, '/home/me'), text);
    assert.equal(redact('/home/me/.wheelhouse/clusters', '/home/me'), '~/.wheelhouse/clusters');
  });
});

import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { certifyKey, createCa, issueCertificate } from './certificates.ts';
import { createKey, keyFingerprint } from './keys.ts';

describe('certificates', () => {
  const now = Date.now();

  it('issueCertificate() is signed by the authority and carries names, organizations and addresses', async () => {
    const ca = await createCa('wheelhouse-ca', now);
    const issued = await issueCertificate(
      ca,
      {
        commonName: 'kubernetes-admin',
        organizations: ['system:masters', 'b'],
        dnsNames: ['localhost'],
        ipAddresses: ['127.0.0.1'],
        usage: 'both',
      },
      now,
    );
    const certificate = new X509Certificate(issued.cert);
    assert.ok(certificate.verify(new X509Certificate(ca.cert).publicKey));
    assert.deepEqual(certificate.subject.split('\n').sort(), [
      'CN=kubernetes-admin',
      'O=b',
      'O=system:masters',
    ]);
    assert.equal(certificate.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1');
    assert.ok(Date.parse(certificate.validFrom) < now);
  });

  it('certifyKey() takes the key of another and the names of the caller', async () => {
    const ca = await createCa('wheelhouse-ca', now);
    const { key, publicKey } = await createKey();
    const pem = await certifyKey(
      ca,
      publicKey,
      { commonName: 'system:node:n1', organizations: ['system:nodes'], usage: 'client' },
      now,
    );
    const certificate = new X509Certificate(pem);
    assert.deepEqual(certificate.subject.split('\n').sort(), ['CN=system:node:n1', 'O=system:nodes']);
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
  });

  it('certifyKey() rejects what is no public key, or one of another kind', async () => {
    const ca = await createCa('wheelhouse-ca', now);
    const refused = async (publicKey: string, why: RegExp): Promise<void> =>
      assert.rejects(certifyKey(ca, publicKey, { commonName: 'x', usage: 'client' }, now), why);
    await refused('nonsense', /unsupported|no start line/i);
    const { publicKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    await refused(publicKey, /not a key on P-256/);
  });
});

describe('keyFingerprint', () => {
  it('is the key’s, however its PEM is laid out', async () => {
    const { publicKey } = await createKey();
    assert.match(keyFingerprint(publicKey), /^[0-9a-f]{64}$/);
    assert.equal(keyFingerprint(`\n${publicKey.trim()}\n\n`), keyFingerprint(publicKey));
    assert.notEqual(keyFingerprint((await createKey()).publicKey), keyFingerprint(publicKey));
  });
});

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createCa, createCsr, issueCertificate, signCsr } from './certificates.ts';

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

  it('signCsr() takes the key of the request and the names of the caller', async () => {
    const ca = await createCa('wheelhouse-ca', now);
    const { csr, key } = await createCsr('anything', ['system:masters']);
    const pem = await signCsr(
      ca,
      csr,
      { commonName: 'system:node:n1', organizations: ['system:nodes'], usage: 'client' },
      now,
    );
    const certificate = new X509Certificate(pem);
    assert.deepEqual(certificate.subject.split('\n').sort(), ['CN=system:node:n1', 'O=system:nodes']);
    const { createPrivateKey } = await import('node:crypto');
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
  });

  it('signCsr() rejects what is no certificate request', async () => {
    const ca = await createCa('wheelhouse-ca', now);
    await assert.rejects(signCsr(ca, 'nonsense', { commonName: 'x', usage: 'client' }, now));
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CLIENT_REQUEST, MASTER_REQUEST, NODE_REQUEST } from '../../../test/harness/certificateRequests.ts';
import { readCertificateRequest } from './certificateRequest.ts';
import {
  CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  LEGACY_SIGNER,
  refusalOf,
} from './signers.ts';

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64');
const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;

describe('readCertificateRequest', () => {
  it('reads subjects and names, for keys of every kind', () => {
    const jane = readCertificateRequest(CLIENT_REQUEST);
    assert.deepEqual([jane.organizations, jane.commonName], [['dev', 'ops'], 'jane']);
    assert.deepEqual([jane.dnsNames, jane.emailAddresses], [['a.example.com'], ['a@b.c']]);
    assert.deepEqual([jane.uris, jane.ipAddresses.map((ip) => [...ip])], [['https://x'], [[10, 0, 0, 1]]]);
    const node = readCertificateRequest(NODE_REQUEST);
    assert.deepEqual([node.organizations, node.commonName], [['system:nodes'], 'system:node:n1']);
    assert.deepEqual(readCertificateRequest(MASTER_REQUEST).organizations, ['system:masters']);
  });

  it('refuses what is no request', () => {
    const about = (pem: string) => (): unknown => readCertificateRequest(pem);
    assert.throws(about(''), /^Error: PEM block type must be CERTIFICATE REQUEST$/);
    assert.throws(about(NODE_REQUEST.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')), /PEM block type/);
    assert.throws(about(pemOf(Buffer.from('hello'))), /asn1/);
  });

  it('refuses every request of which a single byte was changed', () => {
    const der = derOf(NODE_REQUEST);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(der);
        changed[at] = (changed[at] ?? 0) ^ change;
        assert.throws(() => readCertificateRequest(pemOf(changed)), Error);
      }),
    );
  });

  it('ends with an Error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => readCertificateRequest(pemOf(bytes)), Error);
      }),
    );
  });
});

describe('refusalOf', () => {
  const [node, jane] = [readCertificateRequest(NODE_REQUEST), readCertificateRequest(CLIENT_REQUEST)];
  const CLIENT = ['client auth', 'digital signature'];

  it('knows what each signer signs', () => {
    assert.equal(refusalOf(CLIENT_SIGNER, jane, CLIENT), undefined);
    assert.equal(refusalOf(KUBELET_CLIENT_SIGNER, node, CLIENT), undefined);
    assert.equal(refusalOf(KUBELET_CLIENT_SIGNER, node, [...CLIENT, 'key encipherment']), undefined);
    assert.equal(refusalOf(LEGACY_SIGNER, jane, ['any']), undefined);
  });

  it('says why not in the words of upstream', () => {
    assert.equal(
      refusalOf(CLIENT_SIGNER, jane, ['server auth']),
      'invalid usage for client certificate: server auth',
    );
    assert.equal(
      refusalOf(CLIENT_SIGNER, jane, ['digital signature']),
      'missing required usage for client certificate: client auth',
    );
    assert.equal(refusalOf(KUBELET_CLIENT_SIGNER, jane, CLIENT), 'subject organization is not system:nodes');
    assert.equal(
      refusalOf(KUBELET_CLIENT_SIGNER, node, ['client auth']),
      'usages did not match [client auth digital signature key encipherment]',
    );
    assert.equal(refusalOf(KUBELET_SERVING_SIGNER, node, []), 'DNS or IP subjectAltName is required');
  });
});

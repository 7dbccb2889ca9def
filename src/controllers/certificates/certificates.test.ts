import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { CLIENT_REQUEST, NODE_REQUEST, requestOf } from '../../../test/harness/certificateRequests.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { systemClock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import { certificateSigningRequests } from '../../api/resources.ts';
import type { CertificateSigningRequest, SubjectAccessReview } from '../../api/types.ts';
import { certifyRequest, createCa, type CertifiedKey } from '../../host/certificates.ts';
import { csrApprovingController } from './approving.ts';
import { csrCleanerController, endOf } from './cleaning.ts';
import { csrSigningController, validityOf } from './signing.ts';

const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const CLIENT = 'kubernetes.io/kube-apiserver-client';
const HOUR = 3_600_000;

describe('controllers of certificates', () => {
  let cluster: ControlledCluster;
  let ca: CertifiedKey;
  let may: (review: SubjectAccessReview) => boolean;

  before(async () => {
    ca = await createCa('ca', systemClock.now());
  });
  beforeEach(async () => {
    may = () => false;
    const account = 'certificate-controller';
    cluster = await startControlledCluster({
      kubelet: false,
      controllers: [
        { name: 'csrapproving', account, create: csrApprovingController },
        {
          name: 'csrsigning',
          account,
          create: csrSigningController((request, terms) => certifyRequest(ca, request, terms)),
        },
        { name: 'csrcleaner', account, create: csrCleanerController },
      ],
      server: {
        reviews: {
          subjectaccessreviews: (draft) => {
            const review = draft as unknown as SubjectAccessReview;
            return { ...review, status: { allowed: may(review) } } as SubjectAccessReview;
          },
        },
      },
    });
  });
  afterEach(() => cluster.stop());

  const make = (pem: string, signerName: string, usages: string[]): Promise<CertificateSigningRequest> =>
    cluster.client.create(certificateSigningRequests, {
      metadata: { name: 'r' },
      spec: { request: requestOf(pem), signerName, usages, expirationSeconds: 7200 },
    });
  const current = (): CertificateSigningRequest | undefined => cluster.list(certificateSigningRequests)[0];
  const approve = async (): Promise<void> => {
    const { metadata } = await cluster.client.get(certificateSigningRequests, { name: 'r' });
    await cluster.client.patch(
      certificateSigningRequests,
      metadata,
      'application/merge-patch+json',
      { status: { conditions: [{ type: 'Approved', status: 'True' }] } },
      { subresource: 'approval' },
    );
  };

  it('approve and sign the certificate of a node that may have it', async () => {
    may = ({ spec }) => spec.resourceAttributes?.subresource === 'nodeclient' && spec.user === 'admin';
    await make(NODE_REQUEST, KUBELET, ['digital signature', 'client auth']);
    await cluster.until('signed', () => current()?.status?.certificate !== undefined);
    const [condition] = current()?.status?.conditions ?? [];
    assert.equal(condition?.message, 'Auto approving kubelet client certificate after SubjectAccessReview.');
    const certificate = new X509Certificate(Buffer.from(current()?.status?.certificate ?? '', 'base64'));
    assert.ok(certificate.verify(new X509Certificate(ca.cert).publicKey));
    assert.match(certificate.subject, /O=system:nodes\nCN=system:node:n1/);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.ok(!certificate.ca);
    const length = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
    assert.equal(length, 2 * HOUR + 300_000);
  });

  it('leave a node alone that may not have it', async () => {
    const asked = createDeferred<string | undefined>();
    may = ({ spec }) => {
      asked.resolve(spec.resourceAttributes?.subresource);
      return false;
    };
    await make(NODE_REQUEST, KUBELET, ['digital signature', 'client auth']);
    // The user who made the request is not the node.
    assert.equal(await asked.promise, 'nodeclient');
    assert.equal(current()?.status?.conditions, undefined);
  });

  it('sign for people once somebody approves, with all names of the request', async () => {
    await make(CLIENT_REQUEST, CLIENT, ['client auth']);
    await approve();
    await cluster.until('signed', () => current()?.status?.certificate !== undefined);
    const certificate = new X509Certificate(Buffer.from(current()?.status?.certificate ?? '', 'base64'));
    assert.equal(
      certificate.subjectAltName,
      'DNS:a.example.com, IP Address:10.0.0.1, email:a@b.c, URI:https://x',
    );
  });

  it('say why they do not sign', async () => {
    await make(CLIENT_REQUEST, CLIENT, ['server auth']);
    await approve();
    await cluster.until('failed', () => current()?.status?.conditions?.length === 2);
    const failed = current()?.status?.conditions?.find(({ type }) => type === 'Failed');
    assert.equal(failed?.message, 'invalid usage for client certificate: server auth');
  });

  it('leave the signers of others alone', async () => {
    await make(CLIENT_REQUEST, 'example.com/mine', ['server auth']);
    await approve();
    await cluster.until('approved', () => current()?.status?.conditions?.length === 1);
    assert.equal(current()?.status?.certificate, undefined);
  });
});

describe('validityOf', () => {
  it('is a year at most, ten minutes at least, and begins five minutes ago', () => {
    const now = 1_000_000_000_000;
    const length = (seconds?: number): number => validityOf(seconds, now).notAfter - now;
    assert.equal(length(), 365 * 24 * HOUR - 300_000);
    assert.equal(length(10 * 365 * 86_400), 365 * 24 * HOUR - 300_000);
    assert.deepEqual([length(60), length(3600)], [600_000, HOUR]);
    assert.equal(validityOf(600, now).notBefore, now - 300_000);
  });
});

describe('endOf', () => {
  const since = '2026-01-01T00:00:00Z';
  const made = (status: object): CertificateSigningRequest =>
    ({ metadata: { creationTimestamp: since }, status }) as unknown as CertificateSigningRequest;
  const after = (status: object): number | undefined => {
    const end = endOf(made(status));
    return end === undefined ? undefined : (end - Date.parse(since)) / HOUR;
  };
  const condition = (type: string): object => ({ type, status: 'True', lastUpdateTime: since });

  it('is a day for what nobody decides, an hour for what is decided', () => {
    assert.equal(after({}), 24);
    assert.equal(after({ conditions: [condition('Denied')] }), 1);
    assert.equal(after({ conditions: [condition('Approved'), condition('Failed')] }), 1);
    assert.equal(after({ conditions: [condition('Approved')], certificate: 'eA==' }), 1);
    assert.equal(after({ conditions: [condition('Approved')] }), undefined);
  });
});

import assert from 'node:assert/strict';
import { attributesOf, refusal } from '../../../test/harness/admission.ts';
import { CLIENT_REQUEST, MASTER_REQUEST, requestOf } from '../../../test/harness/certificateRequests.ts';
import type { KubeObject } from '../../api/meta.ts';
import { certificateSigningRequests } from '../../api/resources.ts';
import type { AdmissionAttributes } from './contract.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';

const signerName = 'kubernetes.io/kube-apiserver-client';
const object = (more: object = {}): object => ({ metadata: { name: 'r' }, spec: { signerName }, ...more });
const update = (subresource: string, now: object): AdmissionAttributes =>
  attributesOf(certificateSigningRequests, now, {
    operation: 'UPDATE',
    subresource,
    old: object() as KubeObject,
  });
/** Allows the verb on signers with this name. */
const allowing = (verb: string, name: string): Parameters<typeof certificateApproval>[0] => ({
  authorize: (_user, attributes) => ({
    allowed: attributes.resource === 'signers' && attributes.verb === verb && attributes.name === name,
    reason: '',
  }),
});

describe('CertificateApproval', () => {
  it('asks whether one may approve for the signer, or for all of its domain', async () => {
    const about = (name: string): Promise<string | undefined> =>
      refusal(certificateApproval(allowing('approve', name)), update('approval', object()));
    assert.equal(await about(signerName), undefined);
    assert.equal(await about('kubernetes.io/*'), undefined);
    assert.equal(
      await about('example.com/*'),
      `certificatesigningrequests.certificates.k8s.io "r" is forbidden: user not permitted to approve requests with signerName "${signerName}"`,
    );
  });
});

describe('CertificateSigning', () => {
  it('asks whether one may sign where a certificate is given', async () => {
    const about = (name: string, now: object): Promise<string | undefined> =>
      refusal(certificateSigning(allowing('sign', name)), update('status', now));
    const signed = object({ status: { certificate: 'eA==' } });
    assert.equal(await about(signerName, signed), undefined);
    assert.equal(await about('', object({ status: { conditions: [] } })), undefined);
    assert.match((await about('', signed)) ?? '', /user not permitted to sign requests with signerName/);
  });
});

describe('CertificateSubjectRestriction', () => {
  it('makes nobody a master', async () => {
    const about = (pem: string, signer = signerName): Promise<string | undefined> => {
      const spec = { signerName: signer, request: requestOf(pem) };
      return refusal(
        certificateSubjectRestriction(),
        attributesOf(certificateSigningRequests, object({ spec })),
      );
    };
    assert.equal(await about(CLIENT_REQUEST), undefined);
    assert.equal(await about(MASTER_REQUEST, 'example.com/mine'), undefined);
    assert.match(
      (await about(MASTER_REQUEST)) ?? '',
      /use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed$/,
    );
  });
});

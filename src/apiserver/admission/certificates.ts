import { requestOf } from '../../api/certificateRequest/certificateRequest.ts';
import { CLIENT_SIGNER } from '../../api/certificateRequest/signers.ts';
import type { UserInfo } from '../../api/request.ts';
import { certificateSigningRequests } from '../../api/resources.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import type { Authorizer } from '../auth/contract.ts';
import { MASTERS } from '../auth/users.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';
import { isAbout, refuse } from './refuse.ts';

type Authorize = Pick<Authorizer, 'authorize'>;

/** Only users who may approve for the signer can approve a request (`plugin/pkg/admission/certificates/approval`). */
export function certificateApproval(authorizer: Authorize): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (attributes) =>
      attributes.operation === 'UPDATE' && isAbout(attributes, certificateSigningRequests, 'approval'),
    validate(attributes) {
      demand(authorizer, attributes, 'approve');
      return [];
    },
  };
}

/** Only users who may sign for the signer can issue a certificate (`plugin/pkg/admission/certificates/signing`). */
export function certificateSigning(authorizer: Authorize): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: (attributes) =>
      attributes.operation === 'UPDATE' && isAbout(attributes, certificateSigningRequests, 'status'),
    validate(attributes) {
      const [now, before] = [attributes.object, attributes.old] as unknown as CertificateSigningRequest[];
      if (now?.status?.certificate !== before?.status?.certificate) demand(authorizer, attributes, 'sign');
      return [];
    },
  };
}

/**
 * No certificate can give its owner the group system:masters (`plugin/pkg/admission/certificates/subjectrestriction`).
 */
export function certificateSubjectRestriction(): AdmissionPlugin {
  return {
    name: 'CertificateSubjectRestriction',
    handles: (attributes) =>
      attributes.operation === 'CREATE' && isAbout(attributes, certificateSigningRequests),
    validate(attributes) {
      const { spec } = attributes.object as unknown as CertificateSigningRequest;
      if (spec.signerName !== CLIENT_SIGNER) return [];
      const request = requestOf(spec.request);
      if (request.organizations.includes(MASTERS)) {
        const why = `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`;
        throw refuse(attributes, why);
      }
      return [];
    },
  };
}

function demand(authorizer: Authorize, attributes: AdmissionAttributes, verb: 'approve' | 'sign'): void {
  const { signerName } = (attributes.old as unknown as CertificateSigningRequest).spec;
  const wildcard = `${signerName.split('/')[0] ?? ''}/*`;
  const isAllowed = [signerName, wildcard].some((name) => may(authorizer, attributes.user, verb, name));
  if (isAllowed) return;
  throw refuse(attributes, `user not permitted to ${verb} requests with signerName "${signerName}"`);
}

function may(authorizer: Authorize, user: UserInfo, verb: string, name: string): boolean {
  return authorizer.authorize(user, {
    isResourceRequest: true,
    path: '',
    verb,
    group: certificateSigningRequests.group,
    version: '*',
    namespace: '',
    resource: 'signers',
    subresource: '',
    name,
  }).allowed;
}

import { requestOf } from '../../api/certificateRequest/certificateRequest.ts';
import { KUBELET_CLIENT_SIGNER, kubeletClientRefusal } from '../../api/certificateRequest/signers.ts';
import { hasCondition } from '../../api/kinds/certificateSigningRequest/conditions.ts';
import { draftOf } from '../../api/meta.ts';
import { certificateSigningRequests, subjectAccessReviews } from '../../api/resources.ts';
import { isConflict } from '../../api/status.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';

/** Rights with which a node's certificate is approved without a person, and what is then said of it. */
export const RECOGNIZED = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    isOwn: true,
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    isOwn: false,
  },
] as const;

/** Approves the certificates of nodes that may ask for them (`pkg/controller/certificates/approver`). */
export function csrApprovingController({ client, informers, enqueue }: ControllerContext): Controller {
  const all = informers.for(certificateSigningRequests);
  const wake = ({ metadata, spec }: CertificateSigningRequest): void => {
    if (spec.signerName === KUBELET_CLIENT_SIGNER) enqueue(metadata.name);
  };
  all.addHandler({ onAdd: wake, onUpdate: wake });
  return {
    name: 'csrapproving',
    workers: 1,
    async reconcile(name, signal) {
      const request = all.get(undefined, name);
      if (request === undefined) return undefined;
      for (const { subresource, message } of recognized(request)) {
        const { username = '', uid = '', groups = [], extra = {} } = request.spec;
        const review = await client.create(
          subjectAccessReviews,
          {
            metadata: {},
            spec: {
              user: username,
              ...(uid === '' ? {} : { uid }),
              groups: [...groups],
              extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])),
              resourceAttributes: {
                group: certificateSigningRequests.group,
                resource: certificateSigningRequests.plural,
                verb: 'create',
                subresource,
              },
            },
          },
          { signal },
        );
        if (review.status?.allowed !== true) continue;
        const draft = draftOf(request);
        const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
        draft.status = { ...draft.status, conditions: [...(draft.status?.conditions ?? []), approved] };
        try {
          await client.update(certificateSigningRequests, draft, { subresource: 'approval', signal });
        } catch (error) {
          // It was decided about meanwhile, which wakes this loop again.
          if (!isConflict(error)) throw error;
        }
        return undefined;
      }
      return undefined;
    },
  };
}

/** Under which rights a request that is still open may be approved. */
export function recognized(request: CertificateSigningRequest): readonly (typeof RECOGNIZED)[number][] {
  if ((request.status?.certificate ?? '') !== '') return [];
  if (hasCondition(request, 'Approved') || hasCondition(request, 'Denied')) return [];
  const { signerName, usages = [], username } = request.spec;
  if (signerName !== KUBELET_CLIENT_SIGNER) return [];
  const parsed = requestOf(request.spec.request);
  if (kubeletClientRefusal(parsed, usages) !== undefined) return [];
  return RECOGNIZED.filter(({ isOwn }) => !isOwn || parsed.commonName === username);
}

import { type CertificateRequest, requestOf } from '../../api/certificateRequest/certificateRequest.ts';
import {
  CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  LEGACY_SIGNER,
  refusalOf,
} from '../../api/certificateRequest/signers.ts';
import { hasCondition } from '../../api/kinds/certificateSigningRequest/conditions.ts';
import { draftOf } from '../../api/meta.ts';
import { certificateSigningRequests } from '../../api/resources.ts';
import { isConflict } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import type { ControllerContext, ControllerFactory } from '../../client/controller.ts';

const SIGNERS = [CLIENT_SIGNER, KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER, LEGACY_SIGNER];
const LONGEST_MS = 365 * 86_400_000;
const SHORTEST_MS = 600_000;
/** Certificates begin a little earlier than now, for clocks that lag behind; short ones are not cut by that. */
const BACKDATE_MS = 300_000;
const SHORT_MS = 8 * 3_600_000;

/** The properties of a certificate that its request does not define. Times in ms since the epoch. */
export interface CertificateTerms {
  readonly usages: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Makes a certificate (PEM) in the name of the cluster's authority. */
export type SignRequest = (request: CertificateRequest, terms: CertificateTerms) => Promise<string>;

/** Signs approved requests to the signers of Kubernetes itself (`pkg/controller/certificates/signer`). */
export function csrSigningController(sign: SignRequest): ControllerFactory {
  return ({ client, informers, clock, enqueue }: ControllerContext) => {
    const all = informers.for(certificateSigningRequests);
    const wake = (request: CertificateSigningRequest): void => {
      if (isToBeSigned(request)) enqueue(request.metadata.name);
    };
    all.addHandler({ onAdd: wake, onUpdate: wake });
    return {
      name: 'csrsigning',
      workers: 1,
      async reconcile(name, signal) {
        const request = all.get(undefined, name);
        if (request === undefined || !isToBeSigned(request)) return undefined;
        const { usages = [], signerName, expirationSeconds } = request.spec;
        const parsed = requestOf(request.spec.request);
        const why = refusalOf(signerName, parsed, usages);
        const draft = draftOf(request);
        if (why === undefined) {
          const terms = { usages, ...validityOf(expirationSeconds, clock.now()) };
          const certificate = Buffer.from(await sign(parsed, terms)).toString('base64');
          draft.status = { ...draft.status, certificate };
        } else {
          const failed = {
            type: 'Failed',
            status: 'True',
            reason: 'SignerValidationFailure',
            message: why,
            lastUpdateTime: timeOf(clock.now()),
          };
          draft.status = { ...draft.status, conditions: [...(draft.status?.conditions ?? []), failed] };
        }
        try {
          await client.update(certificateSigningRequests, draft, { subresource: 'status', signal });
        } catch (error) {
          // It changed meanwhile, which wakes this loop again.
          if (!isConflict(error)) throw error;
        }
        return undefined;
      },
    };
  };
}

/** Whether a request is approved for one of these signers and has neither a certificate nor failed. */
export function isToBeSigned(request: CertificateSigningRequest): boolean {
  return (
    SIGNERS.includes(request.spec.signerName) &&
    hasCondition(request, 'Approved') &&
    !hasCondition(request, 'Denied') &&
    !hasCondition(request, 'Failed') &&
    (request.status?.certificate ?? '') === ''
  );
}

/** From when to when (authority `PermissiveSigningPolicy`). */
export function validityOf(
  seconds: number | undefined,
  now: number,
): Pick<CertificateTerms, 'notBefore' | 'notAfter'> {
  const asked = seconds === undefined ? LONGEST_MS : seconds * 1000;
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, asked));
  const notAfter = length < SHORT_MS ? now + length : now + length - BACKDATE_MS;
  return { notBefore: now - BACKDATE_MS, notAfter };
}

import { X509Certificate } from 'node:crypto';
import { certificateSigningRequests } from '../../api/resources.ts';
import { isNotFound, isReason } from '../../api/status.ts';
import { msOf } from '../../api/time.ts';
import type { CertificateSigningRequest } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';

const DECIDED_MS = 3_600_000;
const PENDING_MS = 24 * 3_600_000;

/**
 * Deletes requests that nobody needs any more (`pkg/controller/certificates/cleaner`). Upstream looks every ten minutes;
 * here each one has its time.
 */
export function csrCleanerController({ client, informers, clock, enqueue }: ControllerContext): Controller {
  const all = informers.for(certificateSigningRequests);
  const wake = ({ metadata }: CertificateSigningRequest): void => enqueue(metadata.name);
  all.addHandler({ onAdd: wake, onUpdate: wake });
  return {
    name: 'csrcleaner',
    workers: 1,
    async reconcile(name, signal) {
      const request = all.get(undefined, name);
      if (request === undefined || request.metadata.deletionTimestamp !== undefined) return undefined;
      const end = endOf(request);
      if (end === undefined) return undefined;
      const left = end - clock.now();
      if (left > 0) return { requeueAfterMs: left };
      const { uid, resourceVersion } = request.metadata;
      try {
        const preconditions = { uid, resourceVersion };
        await client.delete(certificateSigningRequests, request.metadata, { preconditions, signal });
      } catch (error) {
        if (!isNotFound(error) && !isReason(error, 'Conflict')) throw error;
      }
      return undefined;
    },
  };
}

/** When a request may go, in ms since the epoch; undefined for one that waits for its signer. */
export function endOf({ metadata, status }: CertificateSigningRequest): number | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return (msOf(metadata.creationTimestamp) ?? 0) + PENDING_MS;
  const certificate = status?.certificate ?? '';
  const ends = conditions.flatMap(({ type, lastUpdateTime }) => {
    const isDone = type === 'Denied' || type === 'Failed' || (type === 'Approved' && certificate !== '');
    const since = msOf(lastUpdateTime);
    return isDone && since !== undefined ? [since + DECIDED_MS] : [];
  });
  const expiry = certificate === '' ? undefined : expiryOf(certificate);
  if (expiry !== undefined) ends.push(expiry);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function expiryOf(certificate: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    return undefined;
  }
}

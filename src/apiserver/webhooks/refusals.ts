import { badRequest, internalError, StatusError, type StatusReason } from '../../api/status.ts';
import type { ResponseStatus } from './review.ts';

/**
 * A webhook could not be called, or gave no valid answer. Its failure policy decides whether the request is refused.
 */
export class CallFailure extends Error {
  constructor(webhook: string, what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${what}${reason}`, { cause });
  }

  /** The 500 that the client gets if the failure policy is Fail. */
  refusal(): StatusError {
    return internalError(this);
  }
}

/** The refusal of a webhook, with the code, reason and message that it gave (apiserver `plugin/webhook/errors`). */
export function denied(webhook: string, status: ResponseStatus = {}): StatusError {
  const { code, message = '', reason = '', details } = status;
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const text = message === '' ? reason : message;
  return new StatusError(
    typeof code === 'number' && code >= 400 ? code : 400,
    reason as StatusReason,
    text === '' ? `${by} without explanation` : `${by}: ${text}`,
    details === undefined ? {} : { details },
  );
}

export function dryRunUnsupported(webhook: string): StatusError {
  return badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`);
}

/** The request has no time left for another call. */
export function outOfTime(): StatusError {
  return new StatusError(504, 'Timeout', 'Timeout: request did not complete within requested timeout', {
    details: {},
  });
}

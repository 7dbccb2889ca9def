import { badRequest, internalError, StatusError, type StatusReason } from '../../api/status.ts';
import type { ResponseStatus } from './review.ts';

/** A webhook could not be asked, or gave no answer that could be used: whether that refuses, its failure policy says. */
export class CallFailure extends Error {
  constructor(webhook: string, what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${what}${reason}`, { cause });
  }

  /** 500, for those whose policy is to fail. */
  refusal(): StatusError {
    return internalError(this);
  }
}

/** What a webhook refused, with its own code, reason and message (apiserver `plugin/webhook/errors`). */
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

/** The request has no time left for a further call. */
export function outOfTime(): StatusError {
  return new StatusError(504, 'Timeout', 'Timeout: request did not complete within requested timeout', {
    details: {},
  });
}

import { badRequest, StatusError } from '../../api/status.ts';

/** Where a list goes on: after this key, as of this revision (-1: as of now, because the old one is gone). */
export interface ContinueToken {
  readonly revision: number;
  /** Relative to the list's prefix. */
  readonly after: string;
}

/** Opaque to clients: the form is ours, apiserver's `pkg/storage/continue.go` the model. */
export function encodeContinue(token: ContinueToken): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.after}\u0000` });
  return Buffer.from(text).toString('base64url');
}

export function decodeContinue(text: string): ContinueToken {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw badRequest('continue key is not valid: illegal base64 or JSON data');
  }
  const { v, rv, start } = (parsed ?? {}) as { v?: unknown; rv?: unknown; start?: unknown };
  if (v !== 'meta.k8s.io/v1') {
    throw badRequest(
      `continue key is not valid: server does not recognize this encoded version ${JSON.stringify(v)}`,
    );
  }
  if (typeof rv !== 'number' || rv === 0 || typeof start !== 'string' || start === '') {
    throw badRequest(
      'continue key is not valid: incorrect encoded start resourceVersion or key (version meta.k8s.io/v1)',
    );
  }
  return { revision: rv, after: start.endsWith('\u0000') ? start.slice(0, -1) : start };
}

/** 410 with a token that goes on from the same place as of now, at the price of consistency. */
export function expiredContinue(token: ContinueToken): StatusError {
  return new StatusError(410, 'Expired', INCONSISTENT, {
    continue: encodeContinue({ revision: -1, after: token.after }),
  });
}

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

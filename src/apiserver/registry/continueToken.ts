import { badRequest, StatusError } from '../../api/status.ts';

/** Where a list goes on: after this key, as of this revision (-1: as of now, because the old one is gone). */
export interface ContinueToken {
  readonly revision: number;
  /** Relative to the list's prefix. */
  readonly after: string;
  /** When the first page was given, ms since the epoch. */
  readonly begun: number;
}

/**
 * A token's life, as upstream's compaction interval. History is kept much longer here, but clients are built for
 * tokens that expire, and a list that took longer than this is better started over.
 */
const LIFE_MS = 5 * 60_000;

/** Opaque to clients: the form is ours, apiserver's `pkg/storage/continue.go` the model. */
export function encodeContinue(token: ContinueToken): string {
  const text = JSON.stringify({
    v: 'meta.k8s.io/v1',
    rv: token.revision,
    start: `${token.after}\u0000`,
    t: token.begun,
  });
  return Buffer.from(text).toString('base64url');
}

/** @throws StatusError BadRequest for what is no token, Expired with a usable one for a token that is too old */
export function decodeContinue(text: string, now: number): ContinueToken {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw badRequest('continue key is not valid: illegal base64 or JSON data');
  }
  const { v, rv, start, t } = (parsed ?? {}) as { v?: unknown; rv?: unknown; start?: unknown; t?: unknown };
  if (v !== 'meta.k8s.io/v1') {
    throw badRequest(
      `continue key is not valid: server does not recognize this encoded version ${JSON.stringify(v)}`,
    );
  }
  if (
    typeof rv !== 'number' ||
    rv === 0 ||
    typeof start !== 'string' ||
    start === '' ||
    typeof t !== 'number'
  ) {
    throw badRequest(
      'continue key is not valid: incorrect encoded start resourceVersion or key (version meta.k8s.io/v1)',
    );
  }
  const token = { revision: rv, after: start.endsWith('\u0000') ? start.slice(0, -1) : start, begun: t };
  if (rv > 0 && now - t > LIFE_MS) throw expiredContinue(token);
  return token;
}

/** 410 with a token that goes on from the same place as of now, at the price of consistency. */
export function expiredContinue(token: ContinueToken): StatusError {
  return new StatusError(410, 'Expired', INCONSISTENT, {
    continue: encodeContinue({ ...token, revision: -1 }),
  });
}

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

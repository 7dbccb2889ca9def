import { StatusError } from '../../api/status.ts';

/** The message of a failed call, in the words of Go's `net/http`: `Post "URL": cause`. */
export function transportError(url: string, error: unknown): Error {
  return new Error(`Post ${JSON.stringify(url)}: ${causeOf(error)}`, { cause: error });
}

type NodeError = NodeJS.ErrnoException & {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  /** Set if the certificate is for another name. */
  readonly cert?: { readonly subjectaltname?: string };
  readonly host?: string;
};

const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);
const NOT_VALID_NOW: ReadonlySet<unknown> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const BAD_CERTIFICATE = 'tls: failed to verify certificate: x509:';

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // All addresses of the name failed. The first error is reported.
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  const { code, address, port, hostname, cert, host } = error as NodeError;
  if (UNKNOWN_AUTHORITY.has(code)) return `${BAD_CERTIFICATE} certificate signed by unknown authority`;
  if (NOT_VALID_NOW.has(code)) return `${BAD_CERTIFICATE} certificate has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (cert?.subjectaltname ?? '').replace(/(?:DNS|IP Address):/g, '');
    return names === ''
      ? `${BAD_CERTIFICATE} certificate is not valid for any names, but wanted to match ${host ?? ''}`
      : `${BAD_CERTIFICATE} certificate is valid for ${names}, not ${host ?? ''}`;
  }
  if (code === 'ECONNREFUSED') return `dial tcp ${address ?? ''}:${port ?? ''}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${hostname ?? ''}: no such host`;
  if (code === 'ECONNRESET') return 'EOF';
  return error.message;
}

const MAX_TEXT = 2048;

const TEXTS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/**
 * The error for an answer without success: the Status in its body, or client-go's message for its code (apimachinery
 * `errors.NewGenericServerResponse`).
 */
export function answerError(code: number, text: string): StatusError {
  const status = statusOf(text);
  if (status !== undefined) return StatusError.from(status);
  const shown = text.trim().slice(0, MAX_TEXT);
  const known = TEXTS[code];
  if (known !== undefined) return new StatusError(code, '', known);
  if (code === 403) return new StatusError(403, 'Forbidden', shown);
  if (code >= 500) {
    return new StatusError(
      code,
      'InternalError',
      `an error on the server (${JSON.stringify(shown)}) has prevented the request from succeeding`,
    );
  }
  return new StatusError(
    code,
    '',
    `the server responded with the status code ${code} but did not return more information`,
  );
}

function statusOf(text: string): StatusError['status'] | undefined {
  try {
    const body = JSON.parse(text) as Partial<StatusError['status']> | null;
    return body?.kind === 'Status' && body.status === 'Failure' && typeof body.code === 'number'
      ? (body as StatusError['status'])
      : undefined;
  } catch {
    return undefined;
  }
}

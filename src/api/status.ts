/** One cause in a Status: which field, and why (apimachinery StatusCause). */
export interface StatusCause {
  /** For example FieldValueInvalid, FieldValueRequired, DisruptionBudget. */
  readonly reason?: string;
  readonly message?: string;
  /** A path such as `spec.containers[0].name`. */
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource, or the kind in validation errors, as upstream. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The reasons of apimachinery `pkg/apis/meta/v1/types.go` that this server gives. */
export type StatusReason =
  | ''
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable';

/** meta/v1 Status, the body of every error. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  /** `continue`: with Expired, the token that goes on with an inconsistent list. */
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** An error that knows its wire form. Everything that fails on behalf of a request throws one. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(
    code: number,
    reason: StatusReason,
    message: string,
    options: { details?: StatusDetails; cause?: unknown; continue?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: options.continue === undefined ? {} : { continue: options.continue },
      status: 'Failure',
      message,
      reason,
      ...(options.details === undefined ? {} : { details: options.details }),
      code,
    };
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): StatusReason {
    return this.status.reason ?? '';
  }

  /** The error that a Status read from the wire stands for. */
  static from(status: Status): StatusError {
    return new StatusError(status.code, status.reason ?? '', status.message ?? `status ${status.code}`, {
      ...(status.details === undefined ? {} : { details: status.details }),
    });
  }
}

export function isReason(error: unknown, ...reasons: StatusReason[]): error is StatusError {
  return error instanceof StatusError && reasons.includes(error.reason);
}

export const isNotFound = (error: unknown): error is StatusError => isReason(error, 'NotFound');
export const isConflict = (error: unknown): error is StatusError => isReason(error, 'Conflict');
export const isAlreadyExists = (error: unknown): error is StatusError => isReason(error, 'AlreadyExists');
export const isForbidden = (error: unknown): error is StatusError => isReason(error, 'Forbidden');
/** The watch or list starts at a revision that is compacted away: list again. */
export const isExpired = (error: unknown): error is StatusError => isReason(error, 'Expired', 'Gone');

type NamedResource = { readonly group: string; readonly plural: string };

const qualified = (r: NamedResource): string => (r.group === '' ? r.plural : `${r.plural}.${r.group}`);
const detailsOf = (r: NamedResource, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(r.group === '' ? {} : { group: r.group }),
  kind: r.plural,
});

/** Constructors by reason; messages and codes as apimachinery `pkg/api/errors/errors.go`. */
export const notFound = (r: NamedResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(r)} "${name}" not found`, { details: detailsOf(r, name) });

export const alreadyExists = (r: NamedResource, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${qualified(r)} "${name}" already exists`, {
    details: detailsOf(r, name),
  });

export const conflict = (r: NamedResource, name: string, why: string): StatusError =>
  new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(r)} "${name}": ${why}`, {
    details: detailsOf(r, name),
  });

/** The `why` of an optimistic-lock conflict. */
export const OPTIMISTIC_LOCK_MESSAGE =
  'the object has been modified; please apply your changes to the latest version and try again';

export const forbidden = (r: NamedResource, name: string, why: string): StatusError =>
  new StatusError(
    403,
    'Forbidden',
    r.plural === ''
      ? `forbidden: ${why}`
      : `${qualified(r)} ${name === '' ? '' : `"${name}" `}is forbidden: ${why}`,
    {
      details: detailsOf(r, name),
    },
  );

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const unauthorized = (message = 'Unauthorized'): StatusError =>
  new StatusError(401, 'Unauthorized', message);

export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

export const internalError = (error: unknown): StatusError =>
  new StatusError(
    500,
    'InternalError',
    `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
      details: { causes: [{ message: error instanceof Error ? error.message : String(error) }] },
    },
  );

export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  new StatusError(429, 'TooManyRequests', message, { details: { retryAfterSeconds } });

export const serviceUnavailable = (message: string): StatusError =>
  new StatusError(503, 'ServiceUnavailable', message);

/** From anything thrown to a Status at the edge: what is no StatusError is an internal error. */
export function toStatusError(error: unknown): StatusError {
  return error instanceof StatusError ? error : internalError(error);
}

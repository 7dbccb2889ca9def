import { StatusError, type StatusCause } from '../status.ts';

/**
 * A path into an object: `field('spec').child('containers').index(0).child('name')`. Its text is made when it is asked
 * for: nearly all paths are made for checks that find nothing.
 */
export class FieldPath {
  readonly #parent: FieldPath | undefined;
  /** A number is an index; a text that starts with a bracket is a key; any other text is a name. */
  readonly #step: string | number;

  constructor(step: string | number = '', parent?: FieldPath) {
    this.#step = step;
    this.#parent = parent;
  }

  child(name: string, ...more: string[]): FieldPath {
    const path = new FieldPath(name, this);
    return more.length === 0 ? path : more.reduce((parent, step) => new FieldPath(step, parent), path);
  }

  index(index: number): FieldPath {
    return new FieldPath(index, this);
  }

  /** A map's entry: `metadata.labels[key]`. */
  key(key: string): FieldPath {
    return new FieldPath(`[${key}]`, this);
  }

  toString(): string {
    const head = this.#parent?.toString() ?? '';
    if (typeof this.#step === 'number') return `${head}[${this.#step}]`;
    return head === '' || this.#step.startsWith('[') ? head + this.#step : `${head}.${this.#step}`;
  }
}

export const field = (name: string, ...more: string[]): FieldPath => new FieldPath().child(name, ...more);

/** The closed list of apimachinery `pkg/util/validation/field/errors.go`. */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One thing that is wrong with an object. Validation returns these; it never throws and never changes the object. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** Upstream's text after the path: `Required value: …`, `Invalid value: "x": …`. */
  readonly message: string;
}

const make = (type: FieldErrorType, path: FieldPath, message: string): FieldError => ({
  type,
  field: path.toString(),
  message,
});

/** Values as upstream prints them: strings quoted, others as JSON. */
const show = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));
const withDetail = (head: string, detail: string): string => (detail === '' ? head : `${head}: ${detail}`);

export const required = (path: FieldPath, detail = ''): FieldError =>
  make('FieldValueRequired', path, withDetail('Required value', detail));
export const invalid = (path: FieldPath, value: unknown, detail: string): FieldError =>
  make('FieldValueInvalid', path, withDetail(`Invalid value: ${show(value)}`, detail));
/** Where the value says nothing: a list of conditions. */
export const invalidWhole = (path: FieldPath, detail: string): FieldError =>
  make('FieldValueInvalid', path, withDetail('Invalid value', detail));
export const duplicate = (path: FieldPath, value: unknown): FieldError =>
  make('FieldValueDuplicate', path, `Duplicate value: ${show(value)}`);
export const notFoundValue = (path: FieldPath, value: unknown): FieldError =>
  make('FieldValueNotFound', path, `Not found: ${show(value)}`);
export const notSupported = (path: FieldPath, value: unknown, supported: readonly string[]): FieldError =>
  make(
    'FieldValueNotSupported',
    path,
    `Unsupported value: ${show(value)}${supported.length === 0 ? '' : `: supported values: ${[...supported].map((s) => JSON.stringify(s)).join(', ')}`}`,
  );
export const forbiddenField = (path: FieldPath, detail: string): FieldError =>
  make('FieldValueForbidden', path, withDetail('Forbidden', detail));
export const tooLong = (path: FieldPath, maxLength: number): FieldError =>
  make('FieldValueTooLong', path, `Too long: may not be more than ${maxLength} bytes`);
export const tooMany = (path: FieldPath, actual: number, max: number): FieldError =>
  make('FieldValueTooMany', path, `Too many: ${actual}: must have at most ${max} items`);

/** 422 Invalid with upstream's message and one cause per field error. */
export function invalidObject(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const lines = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const causes: StatusCause[] = errors.map((e) => ({ reason: e.type, message: e.message, field: e.field }));
  return new StatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${text ?? ''}`, {
    details: { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.kind, causes },
  });
}

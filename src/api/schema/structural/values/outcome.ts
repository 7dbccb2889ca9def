import type { FieldError, FieldErrorType } from '../../../fields/fieldErrors.ts';

/** The result of checking a value against a schema. */
export class Outcome {
  readonly errors: FieldError[] = [];
  /** How much was right: of several schemas that do not fit, the errors of the one that fits most are told. */
  matches = 0;
  /** True where something was not checked, because that would cost too much. */
  isUndecided = false;

  get isValid(): boolean {
    return this.errors.length === 0;
  }

  merge({ errors, matches, isUndecided }: Outcome): void {
    if (errors.length > 0) this.errors.push(...errors);
    this.matches += matches;
    this.isUndecided ||= isUndecided;
  }

  /** An error at a path like `.spec.size`, as kube-openapi's results become field errors. */
  fail(type: FieldErrorType, path: string, message: string): void {
    this.errors.push({ type, field: path.replace(/^\./, ''), message });
  }

  /** An error that says why a value was not checked. */
  leaveUndecided(path: string, message: string): void {
    this.isUndecided = true;
    this.fail('FieldValueTooLong', path, message);
  }

  /** An error that has no path (go-openapi's composite errors). */
  failWithout(message: string): void {
    this.errors.push({ type: 'FieldValueInvalid', field: NOWHERE, message: `Invalid value: "": ${message}` });
  }
}

/** How Go prints a path that is missing. */
const NOWHERE = '<nil>';

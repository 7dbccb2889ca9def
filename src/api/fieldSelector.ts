import { ownProperty } from '../base/ownProperty.ts';
import { badRequest } from './status.ts';

export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A parsed field selector: all terms must hold. */
export class FieldMatcher {
  readonly terms: readonly FieldTerm[];

  constructor(terms: readonly FieldTerm[]) {
    this.terms = terms;
  }

  /** True where everything is selected. */
  get empty(): boolean {
    return this.terms.length === 0;
  }

  /** A field that the object does not have counts as ''. */
  matches(fields: Readonly<Record<string, string | undefined>>): boolean {
    return this.terms.every(
      (term) => ((ownProperty(fields, term.field) ?? '') === term.value) === (term.operator === '='),
    );
  }

  /** The value that a field must have: what narrows a list to one name. */
  requires(field: string): string | undefined {
    return this.terms.find((term) => term.field === field && term.operator === '=')?.value;
  }

  toString(): string {
    return this.terms.map(({ field, operator, value }) => `${field}${operator}${escape(value)}`).join(',');
  }
}

function escape(value: string): string {
  return value.replace(/[\\,=]/g, (character) => `\\${character}`);
}

/** Splits at commas that no backslash escapes. */
function termsOf(text: string): string[] {
  return text.match(/(?:\\.|[^,\\])+|\\$/gs) ?? [];
}

/**
 * Parses the `fieldSelector` of a query string (apimachinery `pkg/fields/selector.go`). '' selects everything.
 * Which fields a kind has is the caller's to check (`unsupportedField`). Throws BadRequest.
 */
export function parseFieldSelector(text: string): FieldMatcher {
  return new FieldMatcher(termsOf(text).map((part) => parseTerm(text, part)));
}

function parseTerm(selector: string, part: string): FieldTerm {
  for (let at = 0; at < part.length; at++) {
    const operator = part.startsWith('!=', at) ? '!=' : part.startsWith('==', at) ? '==' : part[at];
    if (operator !== '!=' && operator !== '==' && operator !== '=') continue;
    return {
      field: part.slice(0, at),
      operator: operator === '!=' ? '!=' : '=',
      value: unescape(part.slice(at + operator.length)),
    };
  }
  throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
}

function unescape(value: string): string {
  const wrong = /^(?:[^\\,=]|\\[\\,=])*\\(.)/s.exec(value)?.[1];
  if (wrong !== undefined && !'\\,='.includes(wrong)) {
    throw badRequest(`invalid field selector: invalid escape sequence: \\${wrong}`);
  }
  if (/(?:^|[^\\])(?:\\\\)*[=]/.test(value)) {
    throw badRequest(`invalid field selector: unescaped character in value: '='`);
  }
  return value.replace(/\\([\\,=])/g, '$1');
}

/** 400 for a field that a kind does not offer to selectors. */
export function unsupportedField(field: string): Error {
  return badRequest(`field label not supported: ${field}`);
}

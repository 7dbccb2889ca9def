import { badRequest } from './status.ts';

type Labels = Readonly<Record<string, string>>;

/** A parsed `labelSelector` query parameter. */
export interface LabelQuery {
  /** True where nothing is asked for. */
  readonly empty: boolean;
  matches(labels: Labels | undefined): boolean;
}

/** A parsed `fieldSelector` query parameter: terms that must all hold. */
export interface FieldQuery {
  readonly empty: boolean;
  readonly terms: readonly FieldTerm[];
}

export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

type Requirement = (labels: Labels) => boolean;

const EVERYTHING: LabelQuery = { empty: true, matches: () => true };

/**
 * `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2` (apimachinery `pkg/labels/selector.go`).
 * @throws StatusError BadRequest for what does not parse
 */
export function parseLabelQuery(text: string | null | undefined): LabelQuery {
  if (text === null || text === undefined || text.trim() === '') return EVERYTHING;
  const requirements = splitOutside(text).map(requirementOf);
  return {
    empty: false,
    matches: (labels = {}) => requirements.every((holds) => holds(labels)),
  };
}

/**
 * `a=b,c!=d` with backslash escapes (apimachinery `pkg/fields/selector.go`).
 * @throws StatusError BadRequest for what does not parse
 */
export function parseFieldQuery(text: string | null | undefined): FieldQuery {
  if (text === null || text === undefined || text === '') return { empty: true, terms: [] };
  const terms: FieldTerm[] = [];
  for (const part of text.split(/(?<!\\),/)) {
    if (part === '') continue;
    const match = /^((?:[^=!]|!(?!=))*)(!=|==|=)(.*)$/s.exec(part);
    if (match?.[1] === undefined) {
      throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    }
    terms.push({
      field: match[1],
      operator: match[2] === '!=' ? '!=' : '=',
      value: unescape(match[3] ?? ''),
    });
  }
  return { empty: terms.length === 0, terms };
}

function requirementOf(text: string): Requirement {
  const term = text.trim();
  const set = /^([^\s!=<>()]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set?.[1] !== undefined) {
    const key = set[1];
    const values = new Set((set[3] ?? '').split(',').map((value) => value.trim()));
    return set[2] === 'in'
      ? (labels) => labels[key] !== undefined && values.has(labels[key])
      : (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  const comparison = /^([^\s!=<>(),]+)\s*(==|=|!=|<|>)\s*([^\s=<>(),!]*)$/.exec(term);
  if (comparison?.[1] !== undefined) {
    const key = comparison[1];
    const value = comparison[3] ?? '';
    switch (comparison[2]) {
      case '!=':
        return (labels) => labels[key] !== value;
      case '<':
      case '>':
        return ordered(key, comparison[2], value, term);
      default:
        return (labels) => labels[key] === value;
    }
  }
  const absent = /^!\s*([^\s!=<>(),]+)$/.exec(term);
  if (absent?.[1] !== undefined) {
    const key = absent[1];
    return (labels) => labels[key] === undefined;
  }
  if (/^[^\s!=<>(),]+$/.test(term)) return (labels) => labels[term] !== undefined;
  throw badRequest(`unable to parse requirement: found '${term}', expected: an identifier or a requirement`);
}

function ordered(key: string, operator: '<' | '>', value: string, term: string): Requirement {
  if (!/^[-+]?\d+$/.test(value)) {
    throw badRequest(
      `unable to parse requirement: values[0][${key}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer (${term})`,
    );
  }
  const bound = BigInt(value);
  return (labels) => {
    const found = labels[key];
    if (found === undefined || !/^[-+]?\d+$/.test(found)) return false;
    return operator === '<' ? BigInt(found) < bound : BigInt(found) > bound;
  };
}

/** Splits at commas that are not between parentheses. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function unescape(value: string): string {
  return value.replace(/\\([\\,=])/g, '$1');
}

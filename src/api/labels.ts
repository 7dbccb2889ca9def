import { ownProperty } from '../base/ownProperty.ts';
import type { LabelSelector } from './meta.ts';
import { badRequest } from './status.ts';
import { labelValueErrors, qualifiedNameErrors } from './names/names.ts';

export type Labels = Readonly<Record<string, string>>;

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, without repetition. */
  readonly values: readonly string[];
}

/** A compiled selector: `a=b,c in (d,e),!f`. All requirements must hold. */
export class LabelMatcher {
  readonly requirements: readonly LabelRequirement[];
  /** False only for the selector that selects nothing (a LabelSelector that is not there). */
  readonly #possible: boolean;

  constructor(requirements: readonly LabelRequirement[], possible = true) {
    this.requirements = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.#possible = possible;
  }

  /** True where everything is selected. */
  get empty(): boolean {
    return this.#possible && this.requirements.length === 0;
  }

  matches(labels: Labels | undefined): boolean {
    return this.#possible && this.requirements.every((requirement) => holds(requirement, labels));
  }

  /** The text that a query string carries. */
  toString(): string {
    return this.requirements.map(formatRequirement).join(',');
  }
}

export const everything = new LabelMatcher([]);
export const nothing = new LabelMatcher([], false);

const INTEGER = /^[-+]?\d+$/;

function holds({ key, operator, values }: LabelRequirement, labels: Labels | undefined): boolean {
  const value = ownProperty(labels, key);
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const [bound = ''] = values;
      if (value === undefined || !INTEGER.test(value) || !INTEGER.test(bound)) return false;
      return operator === 'gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
  }
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}

/** The selector of a map that must be contained (Service.spec.selector, nodeSelector); empty selects everything. */
export function selectorFromMap(labels: Labels | undefined): LabelMatcher {
  return new LabelMatcher(
    Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })),
  );
}

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/**
 * The matcher of a LabelSelector (apimachinery LabelSelectorAsSelector): missing selects nothing, empty everything.
 * Validation refuses unknown operators; one that comes here all the same selects nothing.
 */
export function matcherOf(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return nothing;
  const requirements: LabelRequirement[] = [...selectorFromMap(selector.matchLabels).requirements];
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = OPERATORS.get(operator);
    if (known === undefined) return nothing;
    requirements.push({ key, operator: known, values: normal(values) });
  }
  return new LabelMatcher(requirements);
}

/** As kubectl shows a LabelSelector (FormatLabelSelector): `<none>` where there is nothing to show. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  const text = matcherOf(selector).toString();
  return text === '' ? '<none>' : text;
}

/** `a=b,c=d`, sorted; `<none>` for no labels (labels.FormatLabels). */
export function formatLabels(labels: Labels | undefined): string {
  const text = selectorFromMap(labels).toString();
  return text === '' ? '<none>' : text;
}

function normal(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/**
 * Parses the `labelSelector` of a query string (apimachinery `pkg/labels/selector.go`, its grammar and its messages).
 * '' selects everything. Throws BadRequest.
 */
export function parseLabelSelector(text: string): LabelMatcher {
  if (text === '') return everything;
  return new LabelMatcher(new Parser(text).parse());
}

type Token =
  'end' | 'identifier' | 'error' | ')' | ',' | '!' | '==' | '=' | '>' | '<' | 'in' | 'notin' | '!=' | '(';

const BINARY_OPERATORS = 'in, notin, =, ==, !=, gt, lt';

/** Recursive descent over the tokens, one at a time. */
class Parser {
  readonly #items: { token: Token; text: string }[];
  #position = 0;

  constructor(source: string) {
    this.#items = scan(source);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const { token, text } = this.#peek();
      if (token === 'end') return requirements;
      if (token !== 'identifier' && token !== '!') {
        throw badRequest(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.token === 'end') return requirements;
      if (next.token !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.token !== 'identifier' && after.token !== '!') {
        throw badRequest(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelRequirement {
    let { token, text } = this.#take();
    const absent = token === '!';
    if (absent) ({ token, text } = this.#take());
    if (token !== 'identifier') throw refused(`found '${text}', expected: identifier`);
    const key = text;
    const keyErrors = qualifiedNameErrors(key);
    if (keyErrors.length > 0) {
      throw refused(`<nil>: Invalid value: ${JSON.stringify(key)}: ${keyErrors.join('; ')}`);
    }
    if (absent) return checked({ key, operator: '!', values: [] });
    const next = this.#peek().token;
    if (next === 'end' || next === ',') return { key, operator: 'exists', values: [] };
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#list() : [this.#exact()];
    return checked({ key, operator, values: normal(values) });
  }

  #operator(): LabelOperator {
    const { token, text } = this.#take(false);
    switch (token) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return token;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw refused(`found '${text}', expected: ${BINARY_OPERATORS}`);
    }
  }

  #exact(): string {
    const next = this.#peek().token;
    if (next === 'end' || next === ',') return '';
    const { token, text } = this.#take();
    if (token !== 'identifier') throw refused(`found '${text}', expected: identifier`);
    return text;
  }

  #list(): string[] {
    const open = this.#take();
    if (open.token !== '(') throw refused(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.token === ')') {
      this.#take();
      return [''];
    }
    if (first.token !== 'identifier' && first.token !== ',') {
      throw refused(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values: string[] = [];
    for (;;) {
      const { token, text } = this.#take();
      if (token === 'identifier') {
        values.push(text);
        const next = this.#peek();
        if (next.token === ')') break;
        if (next.token !== ',') throw refused(`found '${next.text}', expected: ',' or ')'`);
      } else if (token === ',') {
        if (values.length === 0) values.push('');
        const next = this.#peek().token;
        if (next === ')' || next === ',') values.push('');
        if (next === ')') break;
      } else {
        throw refused(`found '${text}', expected: ',', or identifier`);
      }
    }
    this.#take();
    return values;
  }

  #peek(): { token: Token; text: string } {
    return asValue(this.#items[this.#position] ?? END);
  }

  /** `in` and `notin` are operators only after a key; elsewhere they are names like others. */
  #take(values = true): { token: Token; text: string } {
    const item = this.#items[this.#position++] ?? END;
    return values ? asValue(item) : item;
  }
}

const END = { token: 'end', text: '' } as const;

function asValue(item: { token: Token; text: string }): { token: Token; text: string } {
  return item.token === 'in' || item.token === 'notin' ? { token: 'identifier', text: item.text } : item;
}

function scan(source: string): { token: Token; text: string }[] {
  const items: { token: Token; text: string }[] = [];
  for (const [text] of source.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)) {
    const keyword = /^(?:==|!=|[=!(),<>]|in|notin)$/.test(text);
    items.push({ token: keyword ? (text as Token) : 'identifier', text });
  }
  return items;
}

function refused(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const { key, operator, values } = requirement;
  values.forEach((value, index) => {
    const show = JSON.stringify(value);
    if ((operator === 'gt' || operator === 'lt') && !INTEGER.test(value)) {
      throw refused(
        `values[${index}]: Invalid value: ${show}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    const errors = labelValueErrors(value);
    if (errors.length > 0) {
      throw refused(`values[${index}][${key}]: Invalid value: ${show}: ${errors.join('; ')}`);
    }
  });
  return requirement;
}

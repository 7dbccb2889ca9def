export type Step =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number; readonly to: number | undefined; readonly by: number }
  | { readonly kind: 'all' | 'descendants' }
  | {
      readonly kind: 'filter';
      readonly left: readonly Step[];
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'exists';
      readonly right: { readonly value: unknown } | { readonly steps: readonly Step[] };
    };

export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const NAME = /^(?:[^.[\]\\]|\\.)+/;
const QUOTED = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")$/;
const INDEX = /^-?\d+$/;
const SLICE = /^(-?\d*):(-?\d*)(?::(\d+))?$/;
const FILTER = /^\?\((.*)\)$/s;
const COMPARISON = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s;

/** @throws JsonPathError */
export function parseSteps(text: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = text.trim();
  if (rest.startsWith('$')) rest = rest.slice(1);
  while (rest !== '' && rest !== '.') {
    if (rest.startsWith('[')) {
      const end = closingBracket(rest);
      steps.push(bracketStep(rest.slice(1, end).trim()));
      rest = rest.slice(end + 1);
      continue;
    }
    if (rest.startsWith('..')) {
      steps.push({ kind: 'descendants' });
      rest = rest.slice(2);
    } else if (rest.startsWith('.')) {
      rest = rest.slice(1);
      if (rest.startsWith('[')) continue;
    }
    const [name] = NAME.exec(rest) ?? [];
    if (name === undefined) throw new JsonPathError(`${JSON.stringify(text)} is no path`);
    steps.push(name === '*' ? { kind: 'all' } : { kind: 'names', names: [unescape(name)] });
    rest = rest.slice(name.length);
  }
  return steps;
}

/** Where the bracket that the text begins with is closed: brackets in quotes do not count. */
function closingBracket(text: string): number {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth += 1;
    else if (char === ']' && (depth -= 1) === 0) return at;
  }
  throw new JsonPathError('unterminated array');
}

function bracketStep(text: string): Step {
  if (text === '*') return { kind: 'all' };
  const [, filter] = FILTER.exec(text) ?? [];
  if (filter !== undefined) return filterStep(filter.trim());
  const slice = SLICE.exec(text);
  if (slice !== null) {
    const [, from = '', to = '', by = '1'] = slice;
    return {
      kind: 'slice',
      from: Number(from),
      to: to === '' ? undefined : Number(to),
      by: Math.max(1, Number(by)),
    };
  }
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => INDEX.test(part))) return { kind: 'indexes', indexes: parts.map(Number) };
  if (parts.every((part) => QUOTED.test(part))) return { kind: 'names', names: parts.map(unquote) };
  throw new JsonPathError(`invalid array index ${text}`);
}

function filterStep(text: string): Step {
  const [, left = text, operator = 'exists', right = ''] = COMPARISON.exec(text) ?? [];
  return {
    kind: 'filter',
    left: operandSteps(left),
    operator: operator as '==',
    right: operator === 'exists' ? { value: undefined } : operandOf(right),
  };
}

function operandSteps(text: string): readonly Step[] {
  if (!text.startsWith('@')) throw new JsonPathError(`unrecognized filter ${text}`);
  return parseSteps(text.slice(1));
}

function operandOf(text: string): { readonly value: unknown } | { readonly steps: readonly Step[] } {
  if (text.startsWith('@')) return { steps: operandSteps(text) };
  if (QUOTED.test(text)) return { value: unquote(text) };
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  const number = Number(text);
  if (text === '' || Number.isNaN(number)) throw new JsonPathError(`unrecognized filter value ${text}`);
  return { value: number };
}

const unescape = (text: string): string => text.replace(/\\(.)/gs, '$1');
const unquote = (text: string): string => unescape(text.slice(1, -1));

import type { JsonSchema } from './node.ts';

export interface FoundField {
  /** The names on the way, `key` for one of a map. */
  readonly steps: readonly { readonly name: string; readonly isKey: boolean }[];
  readonly schema: JsonSchema;
}

const TOKEN = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+/gy;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/**
 * The field that a path like `.spec.foo['bar']` leads to, or why there is none (apiextensions `schema/cel/validation.go`
 * ValidFieldPath).
 */
export function fieldAt(
  schema: JsonSchema,
  text: string,
  { brackets = true }: { readonly brackets?: boolean } = {},
): FoundField | { readonly problem: string } {
  const tokens = text.match(TOKEN) ?? [];
  const steps: { name: string; isKey: boolean }[] = [];
  let found = schema;
  let at = 0;
  /** Undefined where there is no such field. */
  const enter = (name: string): JsonSchema | undefined => {
    const { properties, additionalProperties } = found;
    const isKey = properties === undefined;
    steps.push({ name, isKey });
    if (!isKey) return Object.hasOwn(properties, name) ? properties[name] : undefined;
    return typeof additionalProperties === 'object' ? additionalProperties : undefined;
  };
  while (at < tokens.length) {
    const token = tokens[at] ?? '';
    let name = tokens[at + 1];
    if (token !== '.' && token !== '[') return { problem: `expected [ or . but got: ${token}` };
    if (token === '[' && !brackets) return { problem: 'array notation is not allowed' };
    if (name === undefined) return { problem: 'unexpected end of JSON path' };
    at += 2;
    if (token === '[') {
      if (!/^'.*'$/s.test(name)) return { problem: `expected single quoted string but got ${name}` };
      const unquoted = unquote(name.slice(1, -1));
      if (unquoted.problem !== undefined) return { problem: `invalid string literal: ${unquoted.problem}` };
      name = unquoted.text;
      const end = tokens[at];
      if (end === undefined) return { problem: 'unexpected end of JSON path' };
      if (end !== ']') return { problem: `expected ] but got ${end}` };
      at += 1;
    }
    const next = enter(name);
    if (next === undefined) return { problem: 'does not refer to a valid field' };
    found = next;
  }
  return { steps, schema: found };
}

function unquote(text: string): { readonly text: string; readonly problem?: string } {
  let problem: string | undefined;
  const unquoted = text.replace(/\\(.)/gs, (match, char: string) => {
    const meant = ESCAPES[char];
    if (meant === undefined) problem ??= `invalid escape char ${match}`;
    return meant ?? '';
  });
  return problem === undefined ? { text: unquoted } : { text: unquoted, problem };
}

import type { Issue } from './source.ts';

export type TokenKind =
  'ident' | 'escaped' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'punctuation' | 'keyword' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The text as it was written. */
  readonly text: string;
  readonly offset: number;
  /** The value of a literal: the text of a string, the octets of bytes. */
  readonly value?: string | Uint8Array;
}

/** Thrown when the text cannot be read further. */
export class SyntaxIssue extends Error implements Issue {
  override readonly name = 'SyntaxIssue';
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const KEYWORDS = new Set(['in', 'true', 'false', 'null']);
const SPACE = /(?:[\t\r\n\f ]+|\/\/[^\n]*)*/y;
const IDENT = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const ESCAPED = /`[a-zA-Z0-9_.\-/ ]+`/y;
const DOUBLE = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y;
const INTEGER = /(?:0x[0-9a-fA-F]+|\d+)[uU]?/y;
const PUNCTUATION = /==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}]/y;
const STRING_START = /(?:[rR][bB]?|[bB][rR]?)?(?:"""|'''|"|')/y;

/** Reads the tokens of an expression (cel-spec `doc/langdef.md`, Syntax). Throws SyntaxIssue. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    at += take(SPACE)?.length ?? 0;
    if (at >= source.length) break;
    const token = stringAt(source, at) ?? wordAt(take, at);
    if (token === undefined) {
      const char = String.fromCodePoint(source.codePointAt(at) ?? 0);
      throw new SyntaxIssue(at, `Syntax error: token recognition error at: '${char}'`);
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', offset: source.length });
  return tokens;
}

function wordAt(take: (pattern: RegExp) => string | undefined, offset: number): Token | undefined {
  let text = take(DOUBLE);
  if (text !== undefined) return { kind: 'double', text, offset };
  text = take(INTEGER);
  if (text !== undefined) return { kind: /[uU]$/.test(text) ? 'uint' : 'int', text, offset };
  text = take(IDENT);
  if (text !== undefined) return { kind: KEYWORDS.has(text) ? 'keyword' : 'ident', text, offset };
  text = take(ESCAPED);
  if (text !== undefined) return { kind: 'escaped', text, offset, value: text.slice(1, -1) };
  text = take(PUNCTUATION);
  return text === undefined ? undefined : { kind: 'punctuation', text, offset };
}

function stringAt(source: string, offset: number): Token | undefined {
  STRING_START.lastIndex = offset;
  const start = STRING_START.exec(source)?.[0];
  if (start === undefined) return undefined;
  const prefix = start.replace(/["']+$/, '').toLowerCase();
  const quote = start.slice(prefix.length);
  const raw = prefix.includes('r');
  let end = offset + start.length;
  while (!source.startsWith(quote, end)) {
    const char = source[end];
    if (char === undefined || (quote.length === 1 && (char === '\n' || char === '\r'))) {
      throw new SyntaxIssue(
        offset,
        `Syntax error: token recognition error at: '${source.slice(offset, end)}'`,
      );
    }
    end += !raw && char === '\\' ? 2 : 1;
  }
  const text = source.slice(offset, end + quote.length);
  const body = source.slice(offset + start.length, end).replaceAll(/\r\n?/g, '\n');
  return prefix.includes('b')
    ? { kind: 'bytes', text, offset, value: unescape(body, raw, offset, true) }
    : { kind: 'string', text, offset, value: unescape(body, raw, offset, false) };
}

const SIMPLE = new Map(
  Object.entries({
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
    '\\': '\\',
    "'": "'",
    '"': '"',
    '`': '`',
    '?': '?',
  }),
);
const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/y;

function unescape(body: string, raw: boolean, offset: number, bytes: true): Uint8Array;
function unescape(body: string, raw: boolean, offset: number, bytes: false): string;
function unescape(body: string, raw: boolean, offset: number, bytes: boolean): string | Uint8Array {
  const octets: number[] = [];
  let text = '';
  const add = (part: string): void => {
    if (bytes) octets.push(...new TextEncoder().encode(part));
    else text += part;
  };
  for (let at = 0; at < body.length;) {
    const next = raw ? -1 : body.indexOf('\\', at);
    if (next < 0) {
      add(body.slice(at));
      break;
    }
    add(body.slice(at, next));
    ESCAPE.lastIndex = next;
    const match = ESCAPE.exec(body);
    const [whole = '', hex, upperHex, short, long, octal, simple] = match ?? [];
    const wide = short ?? long;
    const octet = hex ?? upperHex;
    if (wide !== undefined) {
      const code = Number.parseInt(wide, 16);
      if (bytes || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw invalidEscape(offset);
      add(String.fromCodePoint(code));
    } else if (octet !== undefined || octal !== undefined) {
      const code = octet === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(octet, 16);
      if (bytes) octets.push(code);
      else add(String.fromCodePoint(code));
    } else {
      const char = SIMPLE.get(simple ?? '');
      if (char === undefined) throw invalidEscape(offset);
      add(char);
    }
    at = next + whole.length;
  }
  return bytes ? Uint8Array.from(octets) : text;
}

function invalidEscape(offset: number): SyntaxIssue {
  return new SyntaxIssue(offset, 'Syntax error: token recognition error at: invalid escape sequence');
}

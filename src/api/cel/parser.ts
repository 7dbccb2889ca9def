import { call, constant, type Entry, ident, type Node, qualifiedName } from './ast.ts';
import { SyntaxIssue, type Token, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';
import type { Issue } from './source.ts';
import { doubleOf, intOf, Uint } from './values.ts';

/** cel-go's limits (`parser/options.go`). */
const MAX_CODE_POINTS = 100_000;
const MAX_DEPTH = 250;

const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const RELATIONS = new Set(['<', '<=', '>', '>=', '==', '!=', 'in']);
const SUMS = new Set(['+', '-']);
const PRODUCTS = new Set(['*', '/', '%']);

export interface ParserOptions {
  /** Whether names in backticks are fields: `a.`b-c``. */
  readonly escapedNames?: boolean;
  /** Whether there is `cel.bind`: in selectors of devices only. */
  readonly bindings?: boolean;
}

export type Parsed =
  { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly issues: readonly Issue[] };

/** Reads an expression and expands its macros (cel-spec `doc/langdef.md`, Syntax). */
export function parse(source: string, options: ParserOptions = {}): Parsed {
  try {
    const size = source.length > MAX_CODE_POINTS ? Array.from(source).length : 0;
    if (size > MAX_CODE_POINTS) {
      throw new SyntaxIssue(
        0,
        `expression code point size exceeds limit: size: ${size}, limit ${MAX_CODE_POINTS}`,
      );
    }
    const parser = new Parser(tokenize(source), options);
    const node = parser.parse();
    return parser.issues.length > 0 ? { ok: false, issues: parser.issues } : { ok: true, node };
  } catch (error) {
    if (error instanceof SyntaxIssue) return { ok: false, issues: [error] };
    throw error;
  }
}

class Parser {
  /** Problems after which the parser goes on. */
  readonly issues: Issue[] = [];
  readonly #tokens: readonly Token[];
  readonly #options: ParserOptions;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], options: ParserOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  parse(): Node {
    const node = this.#expression();
    if (this.#next.kind !== 'end') throw this.#unexpected('<EOF>');
    return node;
  }

  get #next(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new SyntaxIssue(0, 'Syntax error: no tokens');
    return token;
  }

  #unexpected(expected?: string): SyntaxIssue {
    const token = this.#next;
    return new SyntaxIssue(
      token.offset,
      expected === undefined
        ? `Syntax error: mismatched input '${token.text}' expecting ${EXPRESSION_START}`
        : `Syntax error: mismatched input '${token.text}' expecting ${expected}`,
    );
  }

  /** Takes the next token if it is one of these. */
  #take(texts: ReadonlySet<string> | string): Token | undefined {
    const token = this.#next;
    if (token.kind !== 'punctuation' && token.kind !== 'keyword') return undefined;
    if (typeof texts === 'string' ? token.text !== texts : !texts.has(token.text)) return undefined;
    this.#at++;
    return token;
  }

  #expect(text: string): Token {
    const token = this.#take(text);
    if (token === undefined) throw this.#unexpected(`'${text}'`);
    return token;
  }

  #expression(): Node {
    if (++this.#depth > MAX_DEPTH) {
      throw new SyntaxIssue(this.#next.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
    }
    const condition = this.#logical('||', '_||_', () =>
      this.#logical('&&', '_&&_', () => this.#binary(RELATIONS, () => this.#sum())),
    );
    let node = condition;
    const mark = this.#take('?');
    if (mark !== undefined) {
      const then = this.#logical('||', '_||_', () =>
        this.#logical('&&', '_&&_', () => this.#binary(RELATIONS, () => this.#sum())),
      );
      this.#expect(':');
      node = call(mark.offset, '_?_:_', condition, then, this.#expression());
    }
    this.#depth--;
    return node;
  }

  /** Builds a balanced tree from terms with the same operator, as cel-go does: long chains stay shallow. */
  #logical(operator: string, name: string, term: () => Node): Node {
    const terms = [term()];
    const offsets: number[] = [];
    for (let token = this.#take(operator); token !== undefined; token = this.#take(operator)) {
      offsets.push(token.offset);
      terms.push(term());
    }
    const balance = (low: number, high: number): Node => {
      const middle = Math.floor((low + high + 1) / 2);
      const part = (from: number, to: number): Node => {
        const single = from > to ? terms[from] : undefined;
        return single ?? balance(from, to);
      };
      return call(offsets[middle] ?? 0, name, part(low, middle - 1), part(middle + 1, high));
    };
    const [only] = terms;
    return offsets.length === 0 && only !== undefined ? only : balance(0, offsets.length - 1);
  }

  #sum(): Node {
    return this.#binary(SUMS, () => this.#binary(PRODUCTS, () => this.#unary()));
  }

  #binary(operators: ReadonlySet<string>, term: () => Node): Node {
    let node = term();
    let count = 0;
    for (let token = this.#take(operators); token !== undefined; token = this.#take(operators)) {
      if (++count + this.#depth > MAX_DEPTH) {
        throw new SyntaxIssue(token.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      }
      node = call(token.offset, token.text === 'in' ? '@in' : `_${token.text}_`, node, term());
    }
    return node;
  }

  #unary(): Node {
    const { offset } = this.#next;
    let count = 0;
    while (this.#take('!') !== undefined) count++;
    if (count > 0) {
      const member = this.#member();
      return count % 2 === 0 ? member : call(offset, '!_', member);
    }
    while (this.#take('-') !== undefined) count++;
    if (count === 0) return this.#member();
    const token = this.#next;
    if (token.kind === 'int' || token.kind === 'double') {
      // The last sign belongs to the number, because the smallest int can only be written so.
      const member = this.#member(token.kind === 'int' ? this.#int(true) : this.#double(true));
      return count % 2 === 1 ? member : call(offset, '-_', member);
    }
    const member = this.#member();
    return count % 2 === 0 ? member : call(offset, '-_', member);
  }

  #member(start: Node = this.#primary()): Node {
    let node = start;
    for (let count = 0; ; count++) {
      if (count + this.#depth > MAX_DEPTH) {
        throw new SyntaxIssue(this.#next.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      }
      const dot = this.#take('.');
      if (dot !== undefined) {
        node = this.#selection(node, dot.offset);
        continue;
      }
      if (this.#next.text === '{' && this.#next.kind === 'punctuation' && qualifiedName(node) !== undefined) {
        node = this.#struct(node);
        continue;
      }
      const bracket = this.#take('[');
      if (bracket === undefined) return node;
      const name = this.#take('?') === undefined ? '_[_]' : '_[?_]';
      node = call(bracket.offset, name, node, this.#expression());
      this.#expect(']');
    }
  }

  #selection(operand: Node, offset: number): Node {
    const optional = this.#take('?') !== undefined;
    const token = this.#next;
    const field = this.#fieldName();
    if (optional) return call(offset, '_?._', operand, constant(token.offset, field));
    const open = token.kind === 'ident' ? this.#take('(') : undefined;
    if (open === undefined) return { kind: 'select', offset, operand, field, testOnly: false };
    return this.#call(open.offset, field, operand, this.#list(')'));
  }

  #fieldName(): string {
    const token = this.#next;
    this.#at++;
    if (token.kind === 'ident') return token.text;
    if (token.kind === 'escaped' && typeof token.value === 'string') {
      if (this.#options.escapedNames === true) return token.value;
      throw new SyntaxIssue(token.offset, `unsupported syntax: '\`'`);
    }
    this.#at--;
    throw new SyntaxIssue(
      token.offset,
      `Syntax error: no viable alternative at input '.${token.kind === 'end' ? '' : token.text}'`,
    );
  }

  #call(offset: number, name: string, target: Node | undefined, args: readonly Node[]): Node {
    const expanded = expandMacro(
      { offset, name, target, args },
      this.issues,
      this.#options.bindings === true,
    );
    return expanded ?? { kind: 'call', offset, name, target, args };
  }

  #list(end: string): Node[] {
    const nodes: Node[] = [];
    if (this.#take(end) !== undefined) return nodes;
    do nodes.push(this.#expression());
    while (this.#take(',') !== undefined);
    this.#expect(end);
    return nodes;
  }

  #primary(): Node {
    const token = this.#next;
    switch (token.kind) {
      case 'int':
        return this.#int(false);
      case 'double':
        return this.#double(false);
      case 'uint':
        this.#at++;
        return constant(token.offset, this.#uintValue(token));
      case 'string':
      case 'bytes':
        this.#at++;
        return constant(token.offset, token.value);
      case 'ident':
        return this.#name('');
      default:
    }
    const taken = this.#take(PRIMARY);
    switch (taken?.text) {
      case 'true':
      case 'false':
        return constant(token.offset, token.text === 'true');
      case 'null':
        return constant(token.offset, null);
      case '.':
        return this.#name('.');
      case '(': {
        const node = this.#expression();
        this.#expect(')');
        return node;
      }
      case '[':
        return this.#listLiteral(token.offset);
      case '{':
        return this.#mapLiteral(token.offset);
      default:
        throw this.#unexpected();
    }
  }

  #name(dot: string): Node {
    const token = this.#next;
    if (token.kind !== 'ident') throw this.#unexpected('IDENTIFIER');
    this.#at++;
    const open = this.#take('(');
    if (open !== undefined) return this.#call(open.offset, dot + token.text, undefined, this.#list(')'));
    if (RESERVED.has(token.text)) {
      this.issues.push({ offset: token.offset, message: `reserved identifier: ${token.text}` });
    }
    return ident(token.offset, dot + token.text);
  }

  #int(negative: boolean): Node {
    const { offset, text } = this.#next;
    this.#at++;
    const value = negative ? -BigInt(text) : BigInt(text);
    if (BigInt.asIntN(64, value) !== value) {
      this.issues.push({ offset, message: 'invalid int literal' });
      return constant(offset, 0);
    }
    return constant(offset, intOf(value));
  }

  #uintValue({ offset, text }: Token): Uint {
    const value = BigInt(text.slice(0, -1));
    if (BigInt.asUintN(64, value) === value) return new Uint(intOf(value));
    this.issues.push({ offset, message: 'invalid uint literal' });
    return new Uint(0);
  }

  #double(negative: boolean): Node {
    const { offset, text } = this.#next;
    this.#at++;
    const value = Number(text);
    if (!Number.isFinite(value)) this.issues.push({ offset, message: 'invalid double literal' });
    return constant(offset, doubleOf(negative ? -value : value));
  }

  #listLiteral(offset: number): Node {
    const elements: Node[] = [];
    const optional = new Set<number>();
    while (this.#take(']') === undefined) {
      if (this.#take('?') !== undefined) optional.add(elements.length);
      elements.push(this.#expression());
      if (this.#take(',') !== undefined) continue;
      this.#expect(']');
      break;
    }
    return { kind: 'list', offset, elements, optional };
  }

  #mapLiteral(offset: number): Node {
    const entries = this.#entries(() => this.#expression());
    return { kind: 'map', offset, entries };
  }

  #struct(type: Node): Node {
    const name = qualifiedName(type);
    if (name === undefined) throw this.#unexpected('<EOF>');
    const { offset } = this.#expect('{');
    const fields = this.#entries(() => this.#fieldName());
    return { kind: 'struct', offset, name, fields };
  }

  #entries<K>(readKey: () => K): Entry<K>[] {
    const entries: Entry<K>[] = [];
    while (this.#take('}') === undefined) {
      const optional = this.#take('?') !== undefined;
      const key = readKey();
      const { offset } = this.#expect(':');
      entries.push({ offset, key, value: this.#expression(), optional });
      if (this.#take(',') !== undefined) continue;
      this.#expect('}');
      break;
    }
    return entries;
  }
}

const PRIMARY = new Set(['true', 'false', 'null', '.', '(', '[', '{']);
const EXPRESSION_START =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

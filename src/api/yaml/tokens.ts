import { type CST, Lexer, type LineCounter, Parser } from 'yaml';

/** How much of a text is read at most, where others choose it. */
export interface YamlLimits {
  /** Scalars, indicators, comments: each costs a hundred times the memory and time of its text, a long text included. */
  readonly maxTokens: number;
  /** Levels of lists and mappings. */
  readonly maxDepth: number;
}

/** A text that goes beyond the limits. */
export class YamlLimitError extends Error {
  override readonly name = 'YamlLimitError';
}

/** Before the text of a scalar. */
const SCALAR = '\x1f';
/** Space and line ends cost little; the text of a scalar is counted with its mark. */
const BLANK = /^[ \t\r\n]*$/;

/** The tokens of a text. Those of a text beyond the limits end with a YamlLimitError, before its nodes are made. */
export function* tokensOf(
  text: string,
  lines: LineCounter,
  limits: YamlLimits | undefined,
): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  if (limits === undefined) {
    yield* parser.parse(text);
    return;
  }
  const { maxTokens, maxDepth } = limits;
  lines.addNewLine(0);
  let count = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (!isText && !BLANK.test(lexeme)) count += 1;
    isText = lexeme === SCALAR;
    if (count > maxTokens) throw new YamlLimitError(`document has more than ${maxTokens} tokens`);
    yield* parser.next(lexeme);
    // The document itself and the value that is being read are two more.
    if (parser.stack.length > maxDepth + 2) throw new YamlLimitError(`exceeded max depth of ${maxDepth}`);
  }
  yield* parser.end();
}

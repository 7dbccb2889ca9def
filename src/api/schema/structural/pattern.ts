import { RE2JS, RE2JSException } from 're2js';

/**
 * Go's regular expressions, in whose syntax patterns are written. They take time in proportion to the text, whatever they
 * say: no pattern can hold up the server.
 */
export interface Pattern {
  /** True where any part of the text matches. */
  isIn(text: string): boolean;
}

/** @throws RE2JSException where the text is no expression */
export function compilePattern(text: string): Pattern {
  const compiled = RE2JS.compile(text);
  return { isIn: (value) => compiled.matcher(value).find() };
}

/** Why a text is no expression, in Go's words; undefined for one. */
export function goPatternProblem(text: string): string | undefined {
  try {
    compilePattern(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return error.message.startsWith('error parsing regexp')
      ? error.message
      : `error parsing regexp: ${error.message}`;
  }
}

import { RE2JS, RE2JSException } from 're2js';
import { matchingSteps } from './patternSteps.ts';

/**
 * Go's regular expressions, in whose syntax patterns are written. They take time in proportion to the text times the
 * size of the expression, whatever they say.
 */
export interface Pattern {
  /** True where any part of the text matches. */
  isIn(text: string): boolean;
  /** How many steps `isIn` takes at most for a text of a length in UTF-16 units. */
  steps(length: number): number;
}

/** @throws RE2JSException where the text is no expression */
export function compilePattern(text: string): Pattern {
  const compiled = RE2JS.compile(text);
  let steps: ((length: number) => number) | undefined;
  return {
    isIn: (value) => compiled.matcher(value).find(),
    steps: (length) => (steps ??= matchingSteps(compiled))(length),
  };
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

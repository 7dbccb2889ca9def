import { RE2JS, RE2JSException } from 're2js';
import { CelError, type Value } from './values.ts';

/**
 * A cache of compiled expressions, since the same few come again and again. It is bounded, because data can bring any.
 */
const compiled = new Map<string, RE2JS | CelError>();
const MAX_COMPILED = 500;

/** RE2, as Go's package regexp: matching takes time in proportion to the text, whatever the expression. */
export function compileRegex(pattern: string): RE2JS | CelError {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(pattern, (regex = tryCompile(pattern)));
  }
  return regex;
}

function tryCompile(pattern: string): RE2JS | CelError {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return new CelError(`error parsing regexp: ${error.message.replace(/^error parsing regexp: /, '')}`);
  }
}

/** Whether an expression matches anywhere in a text. */
export function matches(text: string, pattern: string): Value {
  const regex = compileRegex(pattern);
  return regex instanceof CelError ? regex : regex.matcher(text).find();
}

/** The first match, or '' if nothing matches. */
export function findFirst(text: string, pattern: string): Value {
  const regex = compileRegex(pattern);
  if (regex instanceof CelError) return regex;
  const matcher = regex.matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

/** All matches, or the first `limit` of them. */
export function findAll(text: string, pattern: string, limit: number | bigint = -1): Value {
  const regex = compileRegex(pattern);
  if (regex instanceof CelError) return regex;
  const matcher = regex.matcher(text);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

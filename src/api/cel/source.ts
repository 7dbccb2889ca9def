/** A problem in an expression, and its place. */
export interface Issue {
  readonly offset: number;
  readonly message: string;
}

/** Upstream reports no more than this many. */
const MAX_ISSUES = 100;

/**
 * Formats issues as cel-go does (`common/errors.go`, `common/source.go`): `ERROR: <input>:1:6: message`, then the line
 * and a mark below the place. Columns count code points, from one.
 */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  const placed = issues.map(({ offset, message }) => ({ ...locate(source, offset), message }));
  placed.sort((a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1));
  const lines = placed.slice(0, MAX_ISSUES).map((issue) => formatIssue(source, issue));
  if (placed.length > MAX_ISSUES) lines.push(`${placed.length - MAX_ISSUES} more errors were truncated`);
  return lines.join('\n');
}

interface Location {
  /** From one. */
  readonly line: number;
  /** From zero, in code points. */
  readonly column: number;
}

/** The place of an offset, which counts UTF-16 units. */
export function locate(source: string, offset: number): Location {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(start)).length };
}

function formatIssue(source: string, issue: Location & { readonly message: string }): string {
  const head = `ERROR: <input>:${issue.line}:${issue.column + 1}: ${issue.message}`;
  const text = source.split('\n')[issue.line - 1];
  if (text === undefined) return head;
  const snippet = text.replaceAll('\t', ' ');
  const chars = Array.from(snippet);
  const dots = chars.slice(0, issue.column).map((char) => (isWide(char) ? '．' : '.'));
  const marked = chars[issue.column];
  return `${head}\n | ${snippet}\n | ${dots.join('')}${marked !== undefined && isWide(marked) ? '＾' : '^'}`;
}

function isWide(char: string): boolean {
  return (char.codePointAt(0) ?? 0) > 0x7f;
}

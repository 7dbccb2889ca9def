/** One line of a log that was asked for with timestamps. */
export interface LogLine {
  /** As the node wrote it, RFC 3339 with up to nine digits of a second; '' where the line has none. */
  readonly time: string;
  readonly text: string;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

export function parseLogLine(line: string): LogLine {
  const [head = '', time = ''] = TIME.exec(line) ?? [];
  return { time, text: line.slice(head.length) };
}

/** Negative where `a` is earlier. Go leaves out zeros at the end of a fraction, so that texts cannot be compared. */
export function compareTimes(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  return left.ms - right.ms || left.nanos - right.nanos;
}

function split(time: string): { readonly ms: number; readonly nanos: number } {
  const [whole, fraction = ''] = /\.(\d+)/.exec(time) ?? [''];
  return { ms: Date.parse(time.replace(whole, '')), nanos: Number(fraction.padEnd(9, '0')) };
}

/** The lines of a log as they come, each chunk's together; the last one also without its end. */
export async function* logLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly LogLine[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (parts.length > 0) yield parts.map(parseLogLine);
  }
  if (rest !== '') yield [parseLogLine(rest)];
}

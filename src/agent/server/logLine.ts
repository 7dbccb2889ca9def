/** A line of a container's log file in CRI's format: `TIME STREAM TAGS TEXT` (kubelet `kuberuntime/logs`). */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as written. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** The text goes on in the next line of the same stream. */
  readonly isPartial: boolean;
  /** Without the line's end. */
  readonly text: Buffer;
}

const SPACE = 0x20;

/** Undefined for what is no log line. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  if (first < 0 || second < 0) return undefined;
  const third = line.indexOf(SPACE, second + 1);
  const stream = line.toString('latin1', first + 1, second);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tags = line.toString('latin1', second + 1, third < 0 ? line.length : third);
  return {
    time: line.toString('latin1', 0, first),
    stream,
    isPartial: tags.split(':')[0] === 'P',
    text: third < 0 ? Buffer.alloc(0) : line.subarray(third + 1),
  };
}

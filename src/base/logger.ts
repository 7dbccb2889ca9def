/** Key/value pairs of a log line. Never a secret: values of Secrets, tokens and private keys stay out. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging: a constant message and fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  with(fields: LogFields): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Writes `TIME level message key=value …` lines to `write`, from `level` up. */
export function createLogger(
  write: (line: string) => void,
  options: { level?: LogLevel; fields?: LogFields; now?: () => number } = {},
): Logger {
  const { level = 'info', fields = {}, now = Date.now } = options;
  const emit = (at: LogLevel, message: string, extra: LogFields | undefined): void => {
    if (ORDER[at] < ORDER[level]) return;
    const pairs = Object.entries({ ...fields, ...extra }).map(([key, value]) => ` ${key}=${format(value)}`);
    write(`${new Date(now()).toISOString()} ${at} ${message}${pairs.join('')}`);
  };
  return {
    debug: (message, extra) => emit('debug', message, extra),
    info: (message, extra) => emit('info', message, extra),
    warn: (message, extra) => emit('warn', message, extra),
    error: (message, extra) => emit('error', message, extra),
    with: (extra) => createLogger(write, { level, now, fields: { ...fields, ...extra } }),
  };
}

export const silentLogger: Logger = createLogger(() => undefined, { level: 'error' });

function format(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  if (typeof value === 'string') return /[\s"=]/.test(value) ? JSON.stringify(value) : value;
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

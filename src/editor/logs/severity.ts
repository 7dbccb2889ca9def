export type Severity = 'error' | 'warning' | 'debug' | 'normal';

const WORDS: readonly (readonly [RegExp, Severity])[] = [
  [/^(fatal|panic|critical|crit|emerg\w*|alert|severe|error|err)$/i, 'error'],
  [/^(warn|warning)$/i, 'warning'],
  [/^(debug|trace|verbose|fine\w*)$/i, 'debug'],
];

/** klog: `E0102 03:04:05.678901`. */
const KLOG = /^([EFWI])\d{4} \d\d:\d\d:\d\d/;
/** `level=warn`, `"severity": "ERROR"`, as logfmt and JSON have it. */
const FIELD = /(?:^|[\s{,])"?(?:level|severity|lvl|loglevel)"?\s*[=:]\s*"?([A-Za-z]+)/i;
/** `[error]`, `ERROR:`, `2026-01-02 03:04:05,678 WARN x.y.Z - …`: a word of its own in front of the message. */
const WORD =
  /^(?:[[(]?[\d:.,TZ+/-]*[\])]?\s+){0,3}[[(<]?(FATAL|PANIC|CRITICAL|SEVERE|ERROR|ERR|WARN(?:ING)?|DEBUG|TRACE|fatal|panic|error|warn(?:ing)?|debug|trace)\b[\])>:]?(?=\s|$|:)/;

/** How grave a line of a log is, as it says itself; `normal` where it does not. */
export function severityOf(text: string): Severity {
  const klog = KLOG.exec(text)?.[1];
  if (klog !== undefined) return klog === 'W' ? 'warning' : klog === 'I' ? 'normal' : 'error';
  const word = FIELD.exec(text)?.[1] ?? WORD.exec(text)?.[1];
  if (word === undefined) return 'normal';
  return WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? 'normal';
}

/** What a plain scalar of YAML says. NaN and the infinities are numbers that JSON does not have. */
export type ScalarValue = string | number | boolean | null;

const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...words(true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']),
  ...words(false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']),
  ...words(null, ['', '~', 'null', 'Null', 'NULL']),
  ...words(NaN, ['.nan', '.NaN', '.NAN']),
  ...words(Infinity, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...words(-Infinity, ['-.inf', '-.Inf', '-.INF']),
]);

function words(value: ScalarValue, spellings: readonly string[]): [string, ScalarValue][] {
  return spellings.map((spelling) => [spelling, value]);
}

const BASES: readonly (readonly [pattern: RegExp, radix: number, prefix: string])[] = [
  [/^[-+]?0[xX]([0-9a-fA-F]+)$/, 16, '0x'],
  [/^[-+]?0[oO]?([0-7]+)$/, 8, '0o'],
  [/^[-+]?0[bB]([01]+)$/, 2, '0b'],
  [/^[-+]?([1-9][0-9]*|0)$/, 10, ''],
];

const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** After a point Go's own rule for underscores holds: between digits only. */
const LEADING_POINT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

/**
 * Reads a scalar without quotes and without a tag as sigs.k8s.io/yaml does (`goyaml.v2/resolve.go`): YAML 1.1 with
 * octal `0644`, `yes` and `on`, Go's number forms (`0o644`, `0b101`, `1_000`), no base 60; dates stay text.
 */
export function scalarValue(text: string): ScalarValue {
  const first = text.charCodeAt(0);
  // Most scalars are words: what no form begins with is text.
  if (text.length > 5 && !isNumeric(first)) return text;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!isNumeric(first)) return text;
  return numberOf(text) ?? text;
}

function isNumeric(code: number): boolean {
  // Digits, '+', '-' and '.'.
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46;
}

function numberOf(text: string): number | undefined {
  if (text.startsWith('.')) return LEADING_POINT.test(text) ? finite(text.replaceAll('_', '')) : undefined;
  const plain = text.replaceAll('_', '');
  return integerOf(plain) ?? (FLOAT.test(plain) ? finite(plain) : undefined);
}

/** An integer of 64 bits, signed or not; undefined for a longer one, which may still be a float. */
function integerOf(plain: string): number | undefined {
  for (const [pattern, radix, prefix] of BASES) {
    const digits = pattern.exec(plain)?.[1];
    if (digits === undefined) continue;
    const negative = plain.startsWith('-');
    // Thirteen hexadecimal digits are the most that a number holds exactly.
    if (digits.length <= 13) return sign(parseInt(digits, radix), negative);
    const magnitude = BigInt(prefix + digits);
    const inRange = negative ? -magnitude >= MIN_INT64 : magnitude <= MAX_UINT64;
    return inRange ? sign(Number(magnitude), negative) : undefined;
  }
  return undefined;
}

function sign(magnitude: number, negative: boolean): number {
  // JSON has no negative zero for an integer.
  return negative && magnitude !== 0 ? -magnitude : magnitude;
}

/** A float that fits; Go takes one out of range as text. */
function finite(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

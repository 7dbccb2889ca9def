import { ownProperty } from '../base/ownProperty.ts';

/**
 * resource.Quantity: exact fixed-point numbers with suffixes (apimachinery `pkg/api/resource`). A quantity keeps the
 * kind of suffix it was written with; its canonical form is what the API server gives back.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** In billionths: finer parts do not exist, parsing rounds them away from zero. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const FORMAT_WRONG =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMBER_WRONG = 'unable to parse numeric part of quantity';
const SUFFIX_WRONG = "unable to parse quantity's suffix";

const NANO = 1_000_000_000n;
const MAX_INT64 = 2n ** 63n - 1n;
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const DECIMAL_BY_EXPONENT = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));

/** The same few texts come again and again: what they mean is remembered, up to a bound. */
const parsed = new Map<string | number, Quantity>();
const MAX_PARSED = 1000;

/** Throws QuantityError with upstream's message. */
export function parseQuantity(text: string | number): Quantity {
  let quantity = parsed.get(text);
  if (quantity !== undefined) return quantity;
  quantity = parse(text);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, quantity);
  return quantity;
}

function parse(text: string | number): Quantity {
  const source = typeof text === 'number' ? String(text) : text.trim();
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*)([-+]?\d*)$/.exec(source);
  if (match === null) throw new QuantityError(FORMAT_WRONG);
  const [, sign = '', whole = '', fraction = '', letters = '', tail = ''] = match;
  if (whole === '' && fraction === '') {
    throw new QuantityError(letters === '' && source !== '.' ? FORMAT_WRONG : NUMBER_WRONG);
  }
  const scale = scaleOf(letters, tail);
  const digits = BigInt(whole + fraction);
  let nano: bigint;
  if (scale.format === 'BinarySI') {
    nano = divideUp(digits * NANO * 1024n ** BigInt(scale.exponent), 10n ** BigInt(fraction.length));
  } else {
    const exponent = scale.exponent - fraction.length + 9;
    nano = exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideUp(digits, 10n ** BigInt(-exponent));
  }
  // Upstream holds short numbers exactly and caps only what needs its big representation.
  if (nano > MAX_INT64 * NANO && (scale.format === 'BinarySI' || whole.length + fraction.length >= 18)) {
    nano = MAX_INT64 * NANO;
  }
  const format = scale.format === 'BinarySI' && nano > 0n && nano < NANO ? 'DecimalSI' : scale.format;
  return { nano: sign === '-' ? -nano : nano, format };
}

function scaleOf(letters: string, tail: string): { exponent: number; format: QuantityFormat } {
  if (tail === '') {
    const decimal = ownProperty(DECIMAL, letters);
    if (decimal !== undefined) return { exponent: decimal, format: 'DecimalSI' };
    const binary = BINARY.indexOf(letters as (typeof BINARY)[number]);
    if (binary > 0) return { exponent: binary, format: 'BinarySI' };
  } else if ((letters === 'e' || letters === 'E') && /\d/.test(tail)) {
    const exponent = Number(tail);
    if (Math.abs(exponent) <= 400) return { exponent, format: 'DecimalExponent' };
  }
  throw new QuantityError(/^[eEinumkKMGTP]*$/.test(letters) ? SUFFIX_WRONG : FORMAT_WRONG);
}

function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

export function tryParseQuantity(text: string | number): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** The canonical form: no fraction, the largest suffix that loses nothing. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const small = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === 'BinarySI' && !small && nano % NANO === 0n) {
    let value = nano / NANO;
    let power = 0;
    while (power < BINARY.length - 1 && value % 1024n === 0n) {
      value /= 1024n;
      power++;
    }
    return `${value}${BINARY[power] ?? ''}`;
  }
  let exponent = -9;
  let value = nano;
  const largest = format === 'DecimalExponent' ? Number.POSITIVE_INFINITY : 18;
  while (exponent < largest && value % 1000n === 0n) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${DECIMAL_BY_EXPONENT.get(exponent) ?? ''}`;
}

/** Texts repeat (`100m`, `64Mi`): what was found out about them is kept, up to this many. */
const CACHE_LIMIT = 4096;
interface Known {
  readonly canonical: string;
  readonly value: number;
  readonly milliValue: number;
}
const cache = new Map<string, Known>();

function known(text: string): Known {
  const hit = cache.get(text);
  if (hit !== undefined) return hit;
  const quantity = parseQuantity(text);
  const entry: Known = {
    canonical: formatQuantity(quantity),
    value: Number(roundUp(quantity.nano, NANO)),
    milliValue: Number(roundUp(quantity.nano, 1_000_000n)),
  };
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(text, entry);
  return entry;
}

/** Away from zero, as upstream's ScaledValue. */
function roundUp(nano: bigint, unit: bigint): bigint {
  return nano >= 0n ? divideUp(nano, unit) : -divideUp(-nano, unit);
}

/** The canonical form of a text; throws QuantityError. */
export function canonicalQuantity(text: string): string {
  return known(text).canonical;
}

/** Whole units, rounded away from zero (Value). A number: exact up to 2^53. */
export function quantityValue(text: string | number): number {
  return known(String(text)).value;
}

/** Thousandths, rounded away from zero (MilliValue): what schedulers count CPU in. */
export function quantityMilliValue(text: string | number): number {
  return known(String(text)).milliValue;
}

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** The sum in the first one's format; zero takes the other's, as upstream. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano - b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** From a count of whole units. */
export function quantityOf(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nano: BigInt(value) * NANO, format };
}

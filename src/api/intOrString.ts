/** A number, or a percentage as `25%` (apimachinery `pkg/util/intstr`). */
export type IntOrString = number | string;

/**
 * The number that a value stands for out of `total`. Throws Error with upstream's message for a string that is no
 * percentage.
 */
export function scaledValue(value: IntOrString, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) {
    throw new Error(`invalid value for IntOrString: invalid type: string is not a percentage`);
  }
  // Integers first: 28% of 50 must not become 14.000000000000002.
  const exact = (percent * total) / 100;
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** 25 for `25%`; undefined for anything else. */
export function percentOf(value: IntOrString): number | undefined {
  if (typeof value !== 'string' || !/^[+-]?\d+%$/.test(value)) return undefined;
  return Number.parseInt(value, 10);
}

import type { Type } from '../types.ts';

/** The least and the greatest cost or length. The greatest may be infinite. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The estimated cost of a call and the size of its result. */
export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
}

/** An argument, as the estimates of calls use it. */
export interface SizedArgument {
  readonly type: Type;
  /** Characters, octets, elements or entries. */
  readonly size: Range;
  /** The size of one element of a list. */
  readonly elementSize: Range;
  /** The value of a literal. */
  readonly literal?: unknown;
}

/**
 * The cost of reading one character of a text, and of one character of a regular expression (cel-go `common/cost.go`).
 */
export const TRAVERSAL_FACTOR = 0.1;
export const REGEX_FACTOR = 0.25;
export const LIST_BASE_COST = 10;
export const MAP_BASE_COST = 30;
export const STRUCT_BASE_COST = 40;

export const UNKNOWN: Range = { min: 0, max: Number.POSITIVE_INFINITY };
export const ZERO: Range = { min: 0, max: 0 };
export const ONE: Range = { min: 1, max: 1 };

export function fixed(value: number): Range {
  return { min: value, max: value };
}

export function add(a: Range, b: Range): Range {
  return { min: a.min + b.min, max: a.max + b.max };
}

export function multiply(a: Range, b: Range): Range {
  return { min: product(a.min, b.min), max: product(a.max, b.max) };
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** Rounded up. */
export function scale(a: Range, factor: number): Range {
  return { min: Math.ceil(product(a.min, factor)), max: Math.ceil(product(a.max, factor)) };
}

function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

export function isSameRange(a: Range, b: Range): boolean {
  return a.min === b.min && a.max === b.max;
}

import type { CallEstimate, SizedArgument } from './cost/estimates.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** An overload: one of the forms of a function. */
export interface Overload {
  /** Upstream's name for it: `string_to_int`. */
  readonly id: string;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Called as `first.name(others)`. */
  readonly member: boolean;
  /** Runs the call. Arguments are never errors; the result may be one. */
  readonly call: Implementation;
  /** The cost of a call, known before it runs. Default: 1. */
  readonly cost?: (...args: Value[]) => number;
  /** The additional cost of a call for its result. */
  readonly resultCost?: (result: Value) => number;
  /** The estimated cost of a call without its arguments. Default: 1. */
  readonly estimate?: (args: readonly SizedArgument[]) => CallEstimate;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each overload knows what its parameters are
export type Implementation = (...args: any[]) => Value;

/** The forms of a function by its name. */
export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** The names that a library adds to an environment. */
export interface Library {
  readonly functions: readonly (readonly [name: string, overload: Overload])[];
  /** Names that stand for types: `int`, `kubernetes.Quantity`. */
  readonly types?: readonly Type[];
}

type Costs = Pick<Overload, 'cost' | 'resultCost' | 'estimate'>;

/** A form that is called as `name(arguments)`. */
export function global(
  name: string,
  id: string,
  parameters: readonly Type[],
  result: Type,
  call: Implementation,
  costs: Costs = {},
): readonly [string, Overload] {
  return [name, { id, parameters, result, member: false, call, ...costs }];
}

/** A form that is called as `first.name(others)`. */
export function member(
  name: string,
  id: string,
  parameters: readonly Type[],
  result: Type,
  call: Implementation,
  costs: Costs = {},
): readonly [string, Overload] {
  return [name, { id, parameters, result, member: true, call, ...costs }];
}

import type { CallEstimate, SizedArgument } from './cost/estimates.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** One of the forms of a function. */
export interface Overload {
  /** Upstream's: `string_to_int`. */
  readonly id: string;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Called as `first.name(others)`. */
  readonly member: boolean;
  /** Arguments are no errors. The answer may be one. */
  readonly call: Implementation;
  /** What a call costs, before it is made; 1 where nothing is said. */
  readonly cost?: (...args: Value[]) => number;
  /** What a call costs because of its result, in addition. */
  readonly resultCost?: (result: Value) => number;
  /** What a call may cost, without its arguments; 1 where nothing is said. */
  readonly estimate?: (args: readonly SizedArgument[]) => CallEstimate;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each overload knows what its parameters are
export type Implementation = (...args: any[]) => Value;

/** The forms of a function by its name. */
export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** What a library adds to an environment. */
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

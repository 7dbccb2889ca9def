import {
  concatenates,
  matchesRegex,
  sizeAt,
  traversesProduct,
  traversesShorter,
  actualSize,
  traversal,
} from '../cost/calls.ts';
import { ONE, scale, TRAVERSAL_FACTOR } from '../cost/estimates.ts';
import { global, type Library, member, type Overload } from '../declarations.ts';
import {
  add,
  contains,
  divide,
  index,
  isEqual,
  isGreater,
  isGreaterOrEqual,
  isLess,
  isLessOrEqual,
  isNotEqual,
  modulo,
  multiply,
  negate,
  not,
  size,
  subtract,
} from '../operators.ts';
import { matches } from '../regex.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  typeOf,
  UINT,
} from '../types.ts';
import type { Value } from '../values.ts';
import { conversions } from './conversions.ts';
import { timeFunctions } from './times.ts';

const A = parameter('A');
const B = parameter('B');

/** The names that upstream uses for types in the names of overloads. */
const NAMES = new Map<Type, string>([
  [BOOL, 'bool'],
  [INT, 'int64'],
  [UINT, 'uint64'],
  [DOUBLE, 'double'],
  [STRING, 'string'],
  [BYTES, 'bytes'],
  [TIMESTAMP, 'timestamp'],
  [DURATION, 'duration'],
]);

function nameOf(type: Type): string {
  return NAMES.get(type) ?? type.kind;
}

type Declared = readonly (readonly [string, Overload])[];
type Binary = (a: Value, b: Value) => Value;

function arithmetic(name: string, verb: string, call: Binary, types: readonly Type[]): Declared {
  return types.map((type) => global(name, `${verb}_${nameOf(type)}`, [type, type], type, call));
}

function ordered(name: string, verb: string, call: Binary): Declared {
  const same = [BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION];
  const numbers = [INT, UINT, DOUBLE];
  return [
    ...same.map((type) => {
      const costs = type === STRING || type === BYTES ? traversesShorter : { cost: orderedCost };
      return global(name, `${verb}_${nameOf(type)}`, [type, type], BOOL, call, costs);
    }),
    ...numbers.flatMap((left) =>
      numbers
        .filter((right) => right !== left)
        .map((right) =>
          global(name, `${verb}_${nameOf(left)}_${nameOf(right)}`, [left, right], BOOL, call, {
            cost: orderedCost,
          }),
        ),
    ),
  ];
}

/** One function for all types: operands of unknown types then need no choice of overload. */
const orderedCost = (a: Value, b: Value): number => traversal(Math.min(actualSize(a), actualSize(b)));

const sumCost = (a: Value, b: Value): number =>
  typeof a === 'string' || a instanceof Uint8Array ? traversal(actualSize(a) + actualSize(b)) : 1;

function sums(): Declared {
  const texts = { ...concatenates, cost: sumCost };
  return [
    ...[INT, UINT, DOUBLE].map((type) =>
      global('_+_', `add_${nameOf(type)}`, [type, type], type, add, { cost: sumCost }),
    ),
    global('_+_', 'add_string', [STRING, STRING], STRING, add, texts),
    global('_+_', 'add_bytes', [BYTES, BYTES], BYTES, add, texts),
    global('_+_', 'add_list', [listOf(A), listOf(A)], listOf(A), add, {
      cost: sumCost,
      estimate: (args) => ({ cost: ONE, size: concatenates.estimate(args).size ?? ONE }),
    }),
    global('_+_', 'add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, add, { cost: sumCost }),
    global('_+_', 'add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP, add, { cost: sumCost }),
    global('_+_', 'add_duration_duration', [DURATION, DURATION], DURATION, add, { cost: sumCost }),
    ...arithmetic('_-_', 'subtract', subtract, [INT, UINT, DOUBLE]),
    global('_-_', 'subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION, subtract),
    global('_-_', 'subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, subtract),
    global('_-_', 'subtract_duration_duration', [DURATION, DURATION], DURATION, subtract),
    ...arithmetic('_*_', 'multiply', multiply, [INT, UINT, DOUBLE]),
    ...arithmetic('_/_', 'divide', divide, [INT, UINT, DOUBLE]),
    ...arithmetic('_%_', 'modulo', modulo, [INT, UINT]),
    global('-_', 'negate_int64', [INT], INT, negate),
    global('-_', 'negate_double', [DOUBLE], DOUBLE, negate),
  ];
}

const inCost = (_element: Value, container: Value): number =>
  Array.isArray(container) ? container.length : 1;

/** The planner runs these itself: nothing calls them as functions. */
const lazy = (): Value => undefined;

function logic(): Declared {
  return [
    global('_&&_', 'logical_and', [BOOL, BOOL], BOOL, lazy),
    global('_||_', 'logical_or', [BOOL, BOOL], BOOL, lazy),
    global('_?_:_', 'conditional', [BOOL, A, A], A, lazy),
    global('@not_strictly_false', 'not_strictly_false', [BOOL], BOOL, lazy),
    global('!_', 'logical_not', [BOOL], BOOL, not),
    global('_==_', 'equals', [A, A], BOOL, isEqual, traversesShorter),
    global('_!=_', 'not_equals', [A, A], BOOL, isNotEqual, traversesShorter),
    ...ordered('_<_', 'less', isLess),
    ...ordered('_<=_', 'less_equals', isLessOrEqual),
    ...ordered('_>_', 'greater', isGreater),
    ...ordered('_>=_', 'greater_equals', isGreaterOrEqual),
  ];
}

function containers(): Declared {
  return [
    global('_[_]', 'index_list', [listOf(A), INT], A, index),
    global('_[_]', 'index_map', [mapOf(A, B), A], B, index),
    global('@in', 'in_list', [A, listOf(A)], BOOL, contains, {
      cost: inCost,
      estimate: (args) => ({ cost: scale(sizeAt(args, 1), 1) }),
    }),
    global('@in', 'in_map', [A, mapOf(A, B)], BOOL, contains, { cost: inCost }),
    ...[STRING, BYTES, listOf(A), mapOf(A, B)].flatMap((type) => [
      global('size', `size_${type.kind}`, [type], INT, size),
      member('size', `${type.kind}_size`, [type], INT, size),
    ]),
  ];
}

function texts(): Declared {
  const prefix = {
    cost: (text: Value) => traversal(actualSize(text)),
    estimate: (args: Parameters<typeof sizeAt>[0]) => ({ cost: scale(sizeAt(args, 1), TRAVERSAL_FACTOR) }),
  };
  return [
    member(
      'startsWith',
      'starts_with_string',
      [STRING, STRING],
      BOOL,
      (a: string, b: string) => a.startsWith(b),
      prefix,
    ),
    member(
      'endsWith',
      'ends_with_string',
      [STRING, STRING],
      BOOL,
      (a: string, b: string) => a.endsWith(b),
      prefix,
    ),
    member(
      'contains',
      'contains_string',
      [STRING, STRING],
      BOOL,
      (a: string, b: string) => a.includes(b),
      traversesProduct,
    ),
    member('matches', 'matches_string', [STRING, STRING], BOOL, matches, matchesRegex),
    global('matches', 'matches', [STRING, STRING], BOOL, matches, matchesRegex),
  ];
}

/** The standard functions of the language (cel-spec `doc/langdef.md`, List of Standard Definitions). */
export const STANDARD: Library = {
  functions: [...logic(), ...sums(), ...containers(), ...texts(), ...conversions(), ...timeFunctions()],
  types: [
    BOOL,
    INT,
    UINT,
    DOUBLE,
    STRING,
    BYTES,
    NULL,
    TIMESTAMP,
    DURATION,
    listOf(DYN),
    mapOf(DYN, DYN),
    typeOf(DYN),
  ],
};

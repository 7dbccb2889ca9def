import { actualSize, sizeAt } from '../cost/calls.ts';
import {
  add,
  type CallEstimate,
  fixed,
  LIST_BASE_COST,
  multiply,
  ONE,
  type Range,
  scale,
  TRAVERSAL_FACTOR,
} from '../cost/estimates.ts';
import { global, type Library, member, type Overload } from '../declarations.ts';
import { equals } from '../equality.ts';
import { add as sumOf, compare, NO_OVERLOAD } from '../operators.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  UINT,
} from '../types.ts';
import {
  CelError,
  CelMap,
  Double,
  Duration,
  getOfMap,
  isJsonObject,
  typeNameOf,
  Uint,
  type Value,
} from '../values.ts';

type Int = number | bigint;
type List = readonly Value[];
type Costs = Pick<Overload, 'cost' | 'resultCost' | 'estimate'>;

const A = parameter('A');
const COMPARABLE: readonly Type[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];

/** The cost of reading a value with everything in it. */
function treeCost(value: Value): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * TRAVERSAL_FACTOR);
  if (value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL_FACTOR);
  if (Array.isArray(value)) return (value as List).reduce((sum: number, item) => sum + treeCost(item), 0);
  if (value instanceof CelMap || isJsonObject(value)) {
    let sum = 0;
    const keys = value instanceof CelMap ? value.keys() : Object.keys(value);
    for (const key of keys) sum += treeCost(key) + treeCost(getOfMap(value, key));
    return sum;
  }
  return 1;
}

const traverses: Costs = {
  cost: (list: Value) => treeCost(list),
  estimate: (args) => {
    const [list] = args;
    const element = list?.type.kind === 'list' ? list.type.element.kind : undefined;
    const each =
      list !== undefined && (element === 'string' || element === 'bytes')
        ? add(ONE, scale(list.elementSize, TRAVERSAL_FACTOR))
        : ONE;
    return { cost: multiply(sizeAt(args, 0), each) };
  },
};

function isSorted(list: List): Value {
  for (let index = 1; index < list.length; index++) {
    const order = compare(list[index - 1], list[index]);
    if (order === undefined) return NO_OVERLOAD;
    if (order > 0) return false;
  }
  return true;
}

function sum(zero: Value): (list: List) => Value {
  return (list) => {
    let total = zero;
    for (const item of list) {
      total = sumOf(total, item);
      if (total instanceof CelError) return total;
    }
    return total;
  };
}

function extreme(name: string, sign: number): (list: List) => Value {
  return (list) => {
    let [found] = list;
    if (list.length === 0) return new CelError(`${name} called on empty list`);
    for (const item of list) {
      const order = compare(item, found);
      if (order === undefined) return NO_OVERLOAD;
      if (order * sign > 0) found = item;
    }
    return found;
  };
}

const MAX = extreme('max', 1);
const MIN = extreme('min', -1);

const ZEROS = new Map<Type, Value>([
  [INT, 0],
  [UINT, new Uint(0)],
  [DOUBLE, new Double(0)],
  [DURATION, new Duration(0n)],
]);

/** Lists as Kubernetes has them (`k8s.io/apiserver/pkg/cel/library/lists.go`). */
export const LISTS: Library = {
  functions: [
    ...COMPARABLE.flatMap((type) => [
      member('isSorted', `list_${type.kind}_is_sorted_bool`, [listOf(type)], BOOL, isSorted, traverses),
      member('max', `list_${type.kind}_max_${type.kind}`, [listOf(type)], type, MAX, traverses),
      member('min', `list_${type.kind}_min_${type.kind}`, [listOf(type)], type, MIN, traverses),
    ]),
    ...Array.from(ZEROS, ([type, zero]) =>
      member('sum', `list_${type.kind}_sum_${type.kind}`, [listOf(type)], type, sum(zero), traverses),
    ),
    member(
      'indexOf',
      'list_a_index_of_int',
      [listOf(A), A],
      INT,
      (list: List, item: Value) => list.findIndex((other) => equals(other, item)),
      traverses,
    ),
    member(
      'lastIndexOf',
      'list_a_last_index_of_int',
      [listOf(A), A],
      INT,
      (list: List, item: Value) => list.findLastIndex((other) => equals(other, item)),
      traverses,
    ),
  ],
};

/** The cost of a new list: the call, the list, and some for each element. */
function newListCost(size: number, factor = 1): number {
  return 1 + LIST_BASE_COST + Math.floor(size * factor);
}

function newListEstimate(size: Range, factor = 1): CallEstimate {
  return { cost: add(scale(size, factor), fixed(1 + LIST_BASE_COST)), size };
}

function literalAt(
  args: Parameters<NonNullable<Overload['estimate']>>[0],
  index: number,
  otherwise: number,
): number {
  const literal = args[index]?.literal;
  return typeof literal === 'number' ? Math.max(0, literal) : otherwise;
}

function slice(list: List, start: Int, end: Int): Value {
  if (start < 0 || end < 0) {
    return new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  }
  if (start > end) {
    return new CelError(
      `cannot slice(${start}, ${end}), start index must be less than or equal to end index`,
    );
  }
  if (list.length < end) return new CelError(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

function flatten(list: List, depth: Int = 1): Value {
  if (depth < 0) return new CelError('level must be non-negative');
  return list.flat(Math.min(Number(depth), 1000));
}

/** A cost that no budget can pay. */
const MAX_RANGE = 10_000_000;

function range(count: Int): Value {
  if (count < 0) return new CelError(`lists.range: size must be non-negative, got ${count}`);
  if (count > MAX_RANGE) {
    return new CelError(`lists.range: size ${count} exceeds maximum allowed (${MAX_RANGE})`);
  }
  return Array.from({ length: Number(count) }, (_, index) => index);
}

function distinct(list: List): Value {
  const found: Value[] = [];
  for (const item of list) if (!found.some((other) => equals(other, item))) found.push(item);
  return found;
}

function sortBy(list: List, keys: List): Value {
  if (list.length !== keys.length) {
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.length} and ${keys.length} elements respectively`,
    );
  }
  const [first] = keys;
  if (keys.some((key) => typeNameOf(key) !== typeNameOf(first))) {
    return new CelError('list elements must have the same type');
  }
  if (keys.length > 0 && compare(first, first) === undefined) {
    return new CelError('list elements must be comparable');
  }
  return list
    .map((item, index) => ({ item, key: keys[index] }))
    .sort((a, b) => compare(a.key, b.key) ?? 0)
    .map(({ item }) => item);
}

/** Compares each element with each other one. */
function comparesAll(index: number): Costs {
  return {
    cost: (...args: Value[]) => {
      const list = args[index];
      const text = Array.isArray(list) && (typeof list[0] === 'string' || list[0] instanceof Uint8Array);
      return newListCost(actualSize(list) ** 2, text ? 2 + TRAVERSAL_FACTOR : 2);
    },
    estimate: (args) => newListEstimate(multiply(sizeAt(args, index), sizeAt(args, index)), 2),
  };
}

const SORT_COSTS = comparesAll(0);
const SORT_BY_COSTS = comparesAll(1);

function sortFunctions(): (readonly [string, Overload])[] {
  const byKeys = (list: List, keys: List): Value => sortBy(list, keys);
  const byItself = (list: List): Value => sortBy(list, list);
  return COMPARABLE.flatMap((type) => [
    member('sort', `list_${type.kind}_sort`, [listOf(type)], listOf(type), byItself, SORT_COSTS),
    member(
      '@sortByAssociatedKeys',
      `list_${type.kind}_sortByAssociatedKeys`,
      [listOf(A), listOf(type)],
      listOf(A),
      byKeys,
      SORT_BY_COSTS,
    ),
  ]);
}

/** More functions of lists (cel-go `ext/lists.go`, version 3). */
export const EXTENDED_LISTS: Library = {
  functions: [
    member('slice', 'list_slice', [listOf(A), INT, INT], listOf(A), slice, {
      cost: (_list, start, end) => newListCost(Math.max(0, Number(end) - Number(start))),
      estimate: (args) => {
        const size = literalAt(args, 2, sizeAt(args, 0).max) - literalAt(args, 1, 0);
        return newListEstimate(fixed(Math.max(0, size)));
      },
    }),
    member('flatten', 'list_flatten', [listOf(listOf(A))], listOf(A), flatten, {
      cost: (list: Value) => newListCost(actualSize(list)),
      estimate: (args) => newListEstimate(sizeAt(args, 0)),
    }),
    member('flatten', 'list_flatten_int', [listOf(DYN), INT], listOf(DYN), flatten, {
      cost: (list, depth) => newListCost(actualSize(list), Math.max(0, Number(depth))),
      estimate: (args) => newListEstimate(sizeAt(args, 0), literalAt(args, 1, Number.POSITIVE_INFINITY)),
    }),
    global('lists.range', 'lists_range', [INT], listOf(INT), range, {
      cost: (count) => newListCost(Math.max(0, Number(count))),
      estimate: (args) => newListEstimate(fixed(literalAt(args, 0, Number.POSITIVE_INFINITY))),
    }),
    member('reverse', 'list_reverse', [listOf(A)], listOf(A), (list: List) => list.toReversed(), {
      cost: (list: Value) => newListCost(actualSize(list)),
      estimate: (args) => newListEstimate(sizeAt(args, 0)),
    }),
    member('distinct', 'list_distinct', [listOf(A)], listOf(A), distinct, comparesAll(0)),
    ...sortFunctions(),
  ],
};

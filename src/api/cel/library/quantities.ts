import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  QuantityError,
  quantityOf,
  subtractQuantities,
  tryParseQuantity,
} from '../../quantity.ts';
import { flat, traversesFirst } from '../cost/calls.ts';
import { global, type Library, member } from '../declarations.ts';
import { BOOL, DOUBLE, INT, opaque, STRING } from '../types.ts';
import { CelError, doubleOf, intOf, OpaqueValue, type Value } from '../values.ts';

type Int = number | bigint;

const NANO = 1_000_000_000n;
const MAX_INT = 2n ** 63n - 1n;
const QUANTITY = opaque('kubernetes.Quantity');

export class QuantityValue extends OpaqueValue {
  readonly typeName = 'kubernetes.Quantity';
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

function parse(text: string): Value {
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

function asInteger({ quantity: { nano } }: QuantityValue): number | bigint | undefined {
  const whole = nano / NANO;
  // The largest number stands for all larger ones.
  return nano % NANO === 0n && whole < MAX_INT && whole > -MAX_INT ? intOf(whole) : undefined;
}

function asFloat({ quantity: { nano } }: QuantityValue): Value {
  return doubleOf(nano % NANO === 0n ? Number(nano / NANO) : Number(nano) / 1e9);
}

const order = (a: QuantityValue, b: QuantityValue): -1 | 0 | 1 => compareQuantities(a.quantity, b.quantity);
const one = flat(1);
/** Upstream estimates only the cost of a call. */
const reads = { cost: traversesFirst().cost };

/** Quantities (`k8s.io/apiserver/pkg/cel/library/quantity.go`). */
export const QUANTITIES: Library = {
  functions: [
    global('quantity', 'string_to_quantity', [STRING], QUANTITY, parse, reads),
    global(
      'isQuantity',
      'is_quantity_string',
      [STRING],
      BOOL,
      (text: string) => tryParseQuantity(text) !== undefined,
      reads,
    ),
    // Upstream declares it as a function, although its documentation calls it as a member.
    global(
      'sign',
      'quantity_sign',
      [QUANTITY],
      INT,
      ({ quantity: { nano } }: QuantityValue) => (nano > 0n ? 1 : nano < 0n ? -1 : 0),
      one,
    ),
    member(
      'isGreaterThan',
      'quantity_is_greater_than',
      [QUANTITY, QUANTITY],
      BOOL,
      (a: QuantityValue, b: QuantityValue) => order(a, b) > 0,
      one,
    ),
    member(
      'isLessThan',
      'quantity_is_less_than',
      [QUANTITY, QUANTITY],
      BOOL,
      (a: QuantityValue, b: QuantityValue) => order(a, b) < 0,
      one,
    ),
    member('compareTo', 'quantity_compare_to', [QUANTITY, QUANTITY], INT, order, one),
    member('asApproximateFloat', 'quantity_get_float', [QUANTITY], DOUBLE, asFloat, one),
    member(
      'asInteger',
      'quantity_get_int',
      [QUANTITY],
      INT,
      (value: QuantityValue) => asInteger(value) ?? new CelError('cannot convert value to integer'),
      one,
    ),
    member(
      'isInteger',
      'quantity_is_integer',
      [QUANTITY],
      BOOL,
      (value: QuantityValue) => asInteger(value) !== undefined,
      one,
    ),
    member(
      'add',
      'quantity_add',
      [QUANTITY, QUANTITY],
      QUANTITY,
      (a: QuantityValue, b: QuantityValue) => new QuantityValue(addQuantities(a.quantity, b.quantity)),
      one,
    ),
    member(
      'add',
      'quantity_add_int',
      [QUANTITY, INT],
      QUANTITY,
      (a: QuantityValue, b: Int) => new QuantityValue(addQuantities(a.quantity, quantityOf(b))),
      one,
    ),
    member(
      'sub',
      'quantity_sub',
      [QUANTITY, QUANTITY],
      QUANTITY,
      (a: QuantityValue, b: QuantityValue) => new QuantityValue(subtractQuantities(a.quantity, b.quantity)),
      one,
    ),
    member(
      'sub',
      'quantity_sub_int',
      [QUANTITY, INT],
      QUANTITY,
      (a: QuantityValue, b: Int) => new QuantityValue(subtractQuantities(a.quantity, quantityOf(b))),
      one,
    ),
  ],
  types: [QUANTITY],
};

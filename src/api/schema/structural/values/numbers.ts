import type { JsonSchema } from '../node.ts';
import type { Outcome } from './outcome.ts';

const INT32 = 2 ** 31;
const NEAR = 1e-9;

/** What the limits of a schema say of a number (kube-openapi `numberValidator`). */
export function numberErrors(schema: JsonSchema, value: number, path: string, outcome: Outcome): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const name = path.startsWith('.') ? path.slice(1) : path;
  const wrong = (text: string): void =>
    outcome.fail(
      'FieldValueInvalid',
      path,
      `Invalid value: ${JSON.stringify(value)}: ${name} in body ${text}`,
    );
  // Go compares integers with integers.
  const limit = (number: number): number => (Number.isInteger(value) ? Math.trunc(number) : number);
  const before = outcome.errors.length;
  if (multipleOf !== undefined && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    wrong(`should be a multiple of ${limit(multipleOf)}`);
  }
  if (maximum !== undefined) {
    const most = limit(maximum);
    const exclusive = exclusiveMaximum === true;
    if (exclusive ? value >= most : value > most) {
      wrong(`should be less than ${exclusive ? '' : 'or equal to '}${most}`);
    }
  }
  if (minimum !== undefined) {
    const least = limit(minimum);
    const exclusive = exclusiveMinimum === true;
    if (exclusive ? value <= least : value < least) {
      wrong(`should be greater than ${exclusive ? '' : 'or equal to '}${least}`);
    }
  }
  if (format === 'int32' && Number.isInteger(value) && (value >= INT32 || value < -INT32)) {
    outcome.failWithout(`Checked value must be of type integer with format int32 in ${name}`);
  }
  if (outcome.errors.length === before) outcome.matches += 1;
}

function isMultiple(value: number, factor: number): boolean {
  const times = factor < 1 ? (1 / factor) * value : value / factor;
  return Math.abs(times - Math.round(times)) <= NEAR * Math.max(1, Math.abs(times));
}

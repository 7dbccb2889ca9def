import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import { amountsOf } from '../../podSpec/containerRequests.ts';
import { compareQuantities, formatQuantity, type Quantity } from '../../quantity.ts';
import type { LimitRange, LimitRangeItem } from '../../types.ts';

type Item = Unchecked<LimitRangeItem>;
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type Amounts = Readonly<Record<(typeof LISTS)[number], ReadonlyMap<string, Quantity>>>;

/** core validation `ValidateLimitRange`. */
export function validateLimitRange({
  spec,
}: {
  readonly spec?: Unchecked<LimitRange['spec']>;
}): FieldError[] {
  const path = field('spec', 'limits');
  const seen = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, index) => {
    const at = path.index(index);
    const type = item.type ?? '';
    const errors = qualifiedNameErrors(type).map((text) => invalid(at.child('type'), type, text));
    if (seen.has(type)) errors.push(duplicate(at.child('type'), type));
    seen.add(type);
    return [...errors, ...validateItem(item, at)];
  });
}

function validateItem(item: Item, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const given = (name: 'default' | 'defaultRequest'): boolean => Object.keys(item[name] ?? {}).length > 0;
  if (item.type === 'Pod') {
    for (const name of ['default', 'defaultRequest'] as const) {
      if (given(name))
        errors.push(forbiddenField(path.child(name), "may not be specified when `type` is 'Pod'"));
    }
  }
  if (
    item.type === 'PersistentVolumeClaim' &&
    item.min?.['storage'] === undefined &&
    item.max?.['storage'] === undefined
  ) {
    const what = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(path.child('limits'), what));
  }
  const amounts = Object.fromEntries(
    LISTS.map((name) => [name, amountsOf(item[name])]),
  ) as unknown as Amounts;
  const names = new Set(LISTS.flatMap((list) => [...amounts[list].keys()]));
  for (const name of names) errors.push(...validateAmounts(name, amounts, path));
  return errors;
}

/** Each must fit between those below and above it. */
function validateAmounts(name: string, amounts: Amounts, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const of = (list: (typeof LISTS)[number]): Quantity | undefined => amounts[list].get(name);
  const order = (
    low: (typeof LISTS)[number],
    high: (typeof LISTS)[number],
    at: (typeof LISTS)[number],
    message: (low: string, high: string) => string,
  ): void => {
    const [lower, higher] = [of(low), of(high)];
    if (lower === undefined || higher === undefined || compareQuantities(lower, higher) <= 0) return;
    const [lowText, highText] = [formatQuantity(lower), formatQuantity(higher)];
    errors.push(
      invalid(path.child(at).key(name), at === low ? lowText : highText, message(lowText, highText)),
    );
  };
  order('min', 'max', 'min', (min, max) => `min value ${min} is greater than max value ${max}`);
  order(
    'min',
    'defaultRequest',
    'defaultRequest',
    (min, value) => `min value ${min} is greater than default request value ${value}`,
  );
  order(
    'defaultRequest',
    'max',
    'defaultRequest',
    (value, max) => `default request value ${value} is greater than max value ${max}`,
  );
  order(
    'defaultRequest',
    'default',
    'defaultRequest',
    (value, limit) => `default request value ${value} is greater than default limit value ${limit}`,
  );
  order(
    'min',
    'default',
    'default',
    (min, value) => `min value ${min} is greater than default value ${value}`,
  );
  order(
    'default',
    'max',
    'default',
    (value, max) => `default value ${value} is greater than max value ${max}`,
  );
  const ratio = of('maxLimitRequestRatio');
  const one = 1_000_000_000n;
  if (ratio !== undefined && ratio.nano < one) {
    const text = formatQuantity(ratio);
    errors.push(invalid(path.child('maxLimitRequestRatio').key(name), text, `ratio ${text} is less than 1`));
  }
  const [min, max] = [of('min'), of('max')];
  if (ratio !== undefined && min !== undefined && max !== undefined && min.nano > 0n) {
    const most = Number(max.nano) / Number(min.nano);
    if (Number(ratio.nano) / Number(one) > most) {
      const text = formatQuantity(ratio);
      const why = `ratio ${text} is greater than max/min = ${most.toFixed(6)}`;
      errors.push(invalid(path.child('maxLimitRequestRatio').key(name), text, why));
    }
  }
  return errors;
}

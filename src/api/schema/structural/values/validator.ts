import { isRecord } from '../../../../base/isRecord.ts';
import { equalJson } from '../../../equalJson.ts';
import type { JsonSchema } from '../node.ts';
import { compilePattern, type Pattern } from '../pattern.ts';
import { ABSENT } from './absent.ts';
import { formatOf, isKnownFormat } from './formats.ts';
import { itemsBefore } from './correlation.ts';
import { MatchBudget } from './matchBudget.ts';
import { numberErrors } from './numbers.ts';
import { Outcome } from './outcome.ts';

/**
 * Checks a value. `old` is what the value was before, or ABSENT: what is wrong and was so before is let pass
 * (KEP-4008, ratcheting).
 */
export type ValueCheck = (value: unknown, old: unknown, path: string) => Outcome;

/**
 * Compiles a schema into a check with the words of kube-openapi (`pkg/validation/validate`) as apiextensions tells them
 * (`pkg/apiserver/validation`).
 */
export function compileValidator(schema: JsonSchema): ValueCheck {
  const check = compileRatcheting(schema);
  return (value, old, path) => check(value, old, path, new MatchBudget());
}

/** A check of a part of an object, whose parts share one budget. */
type PartCheck = (value: unknown, old: unknown, path: string, budget: MatchBudget) => Outcome;

function compileRatcheting(schema: JsonSchema): PartCheck {
  const check = compile(schema);
  return (value, old, path, budget) => {
    const outcome = check(value, old, path, budget);
    return outcome.isValid || old === ABSENT || !equalJson(value, old) ? outcome : new Outcome();
  };
}

/** A part of a schema that has to do with values of some type. */
type Part<T = unknown> = (
  value: T,
  old: unknown,
  path: string,
  outcome: Outcome,
  budget: MatchBudget,
) => void;

function compile(schema: JsonSchema): PartCheck {
  const type = compileType(schema);
  const isListed = compileEnum(schema);
  const nested = compileNested(schema);
  const text = compileText(schema);
  const list = compileList(schema);
  const object = compileObject(schema);
  return (value, old, path, budget) => {
    const outcome = new Outcome();
    type(value, path, outcome);
    if (value === null) {
      isListed(value, path, outcome);
      return outcome;
    }
    nested(value, old, path, outcome, budget);
    if (typeof value === 'string') text(value, old, path, outcome, budget);
    else if (typeof value === 'number') numberErrors(schema, value, path, outcome);
    else if (Array.isArray(value)) list(value as readonly unknown[], old, path, outcome, budget);
    isListed(value, path, outcome);
    if (isRecord(value)) object(value, old, path, outcome, budget);
    outcome.matches += 1;
    return outcome;
  };
}

type Simple = (value: unknown, path: string, outcome: Outcome) => void;

function compileType(schema: JsonSchema): Simple {
  const { type = '', nullable, format = '' } = schema;
  const types =
    schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : type === '' ? [] : [type];
  const known = format !== '' && isKnownFormat(type, format) ? format : '';
  if (types.length === 0 && known === '') return () => undefined;
  const isNumeric = types.includes('integer') || types.includes('number');
  const wrong = (outcome: Outcome, path: string, wanted: string, found: string): void =>
    outcome.fail(
      'FieldValueTypeInvalid',
      path,
      `Invalid value: ${JSON.stringify(found)}: ${nameOf(path)} in body must be of type ${wanted}: ${JSON.stringify(found)}`,
    );
  return (value, path, outcome) => {
    if (value === null) {
      if (types.length > 0 && nullable !== true) wrong(outcome, path, types.join(','), 'null');
      else outcome.matches += 1;
      return;
    }
    const found = typeOf(value);
    const fits =
      types.includes(found) ||
      (found === 'number' && Number.isInteger(value) && types.includes('integer')) ||
      (found === 'integer' && types.includes('number'));
    if (known !== '' && !isNumeric && (found === 'string' || found === 'array')) outcome.matches += 1;
    else if (fits || types.length === 0) outcome.matches += 1;
    else if (known !== '' && found !== 'string' && found !== 'array') {
      wrong(outcome, path, known, found === 'integer' ? 'int64' : found === 'number' ? 'float64' : '');
    } else wrong(outcome, path, types.join(','), found);
  };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function compileEnum({ enum: values }: JsonSchema): Simple {
  if (values === undefined || values.length === 0)
    return (_value, _path, outcome) => void (outcome.matches += 1);
  const shown = values.map((value) =>
    JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)),
  );
  return (value, path, outcome) => {
    if (value !== null && values.some((allowed) => equalJson(allowed, value))) {
      outcome.matches += 1;
      return;
    }
    outcome.fail(
      'FieldValueNotSupported',
      path,
      `Unsupported value: ${JSON.stringify(value)}: supported values: ${shown.join(', ')}`,
    );
  };
}

/** allOf, anyOf, oneOf and not (`schema_props.go`). */
function compileNested({ allOf = [], anyOf = [], oneOf = [], not }: JsonSchema): Part {
  const [all, any, one] = [allOf.map(compile), anyOf.map(compile), oneOf.map(compile)];
  const forbidden = not === undefined ? undefined : compile(not);
  if (all.length + any.length + one.length === 0 && forbidden === undefined) {
    return (_value, _old, _path, outcome) => void (outcome.matches += 2);
  }
  return (value, old, path, outcome, budget) => {
    const results = (checks: readonly PartCheck[]): Outcome[] =>
      checks.map((check) => check(value, old, path, budget));
    const [anyTried, oneTried, allTried] = [results(any), results(one), results(all)];
    const refused = forbidden?.(value, ABSENT, path, budget);
    // Whether a schema fits is not known where its pattern was not matched: neither it nor its contrary counts.
    const undecided = [
      ...anyTried,
      ...oneTried,
      ...allTried,
      ...(refused === undefined ? [] : [refused]),
    ].find(({ isUndecided }) => isUndecided);
    if (undecided !== undefined) {
      outcome.merge(undecided);
      return;
    }
    const name = JSON.stringify(nameOf(path));
    if (any.length > 0) {
      const fits = anyTried.find((result) => result.isValid);
      if (fits === undefined) outcome.failWithout(`${name} must validate at least one schema (anyOf)`);
      outcome.merge(fits ?? best(anyTried));
    }
    if (one.length > 0) {
      const fitting = oneTried.filter((result) => result.isValid);
      const [fits] = fitting;
      if (fitting.length === 1 && fits !== undefined) outcome.merge(fits);
      else {
        const found = fits === undefined ? 'Found none valid' : `Found ${fitting.length} valid alternatives`;
        outcome.failWithout(`${name} must validate one and only one schema (oneOf). ${found}`);
        if (fits === undefined) outcome.merge(best(oneTried));
      }
    }
    if (all.length > 0) {
      for (const result of allTried) outcome.merge(result);
      if (!allTried.every((result) => result.isValid)) {
        const none = allTried.some((result) => result.isValid) ? '' : '. None validated';
        outcome.failWithout(`${name} must validate all the schemas (allOf)${none}`);
      }
    }
    if (refused?.isValid === true) {
      outcome.failWithout(`${name} must not validate the schema (not)`);
    }
    outcome.matches += 2;
  };
}

function best(tried: readonly Outcome[]): Outcome {
  return tried.reduce((most, result) => (result.matches > most.matches ? result : most));
}

function compileText({
  type = '',
  format = '',
  minLength,
  maxLength,
  pattern = '',
}: JsonSchema): Part<string> {
  const isOfFormat = isKnownFormat(type, format) ? formatOf(format) : undefined;
  let compiled: Pattern | undefined;
  const wrong = (value: string): string => `Invalid value: ${JSON.stringify(value)}`;
  return (value: string, _old, path, outcome, budget) => {
    const length = maxLength === undefined && minLength === undefined ? 0 : lengthOf(value);
    if (maxLength !== undefined && length > maxLength) {
      outcome.fail('FieldValueTooLong', path, `Too long: may not be more than ${maxLength} bytes`);
    } else if (minLength !== undefined && length < minLength) {
      outcome.fail(
        'FieldValueInvalid',
        path,
        `${wrong(value)}: ${nameOf(path)} in body should be at least ${minLength} chars long`,
      );
    } else if (pattern !== '' && !budget.take((compiled ??= compilePattern(pattern)), value)) {
      outcome.leaveUndecided(
        path,
        `Too long: the text of ${value.length} characters is too long for the pattern of this field: matching the patterns of this object would take too many steps`,
      );
    } else if (compiled?.isIn(value) === false) {
      outcome.fail(
        'FieldValueInvalid',
        path,
        `${wrong(value)}: ${nameOf(path)} in body should match '${pattern}'`,
      );
    } else outcome.matches += 1;
    if (isOfFormat?.(value) === false) {
      outcome.fail(
        'FieldValueTypeInvalid',
        path,
        `${wrong(value)}: ${nameOf(path)} in body must be of type ${format}: ${JSON.stringify(value)}`,
      );
    }
  };
}

/** In characters. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function compileList(schema: JsonSchema): Part<readonly unknown[]> {
  const { items, minItems, maxItems } = schema;
  const item = isRecord(items) ? compileRatcheting(items) : undefined;
  return (value: readonly unknown[], old, path, outcome, budget) => {
    if (item !== undefined) {
      const before = itemsBefore(schema, value, old);
      value.forEach((one, at) => outcome.merge(item(one, before(at), `${path}[${at}]`, budget)));
    }
    if (minItems !== undefined && value.length < minItems) {
      outcome.fail(
        'FieldValueInvalid',
        path,
        `Invalid value: ${value.length}: ${nameOf(path)} in body should have at least ${minItems} items`,
      );
    }
    if (maxItems !== undefined && value.length > maxItems) {
      outcome.fail(
        'FieldValueTooMany',
        path,
        `Too many: ${value.length}: must have at most ${maxItems} items`,
      );
    }
    outcome.matches += 1;
  };
}

function compileObject(schema: JsonSchema): Part<Readonly<Record<string, unknown>>> {
  const { minProperties, maxProperties, required = [], additionalProperties } = schema;
  const properties = new Map(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [name, compileRatcheting(property)]),
  );
  const other = isRecord(additionalProperties) ? compileRatcheting(additionalProperties) : undefined;
  return (value: Readonly<Record<string, unknown>>, old, path, outcome, budget) => {
    const count = minProperties === undefined && maxProperties === undefined ? 0 : Object.keys(value).length;
    if (minProperties !== undefined && count < minProperties) {
      outcome.fail(
        'FieldValueInvalid',
        path,
        `Invalid value: ${minProperties}: ${nameOf(path)} in body should have at least ${minProperties} properties`,
      );
      return;
    }
    if (maxProperties !== undefined && count > maxProperties) {
      outcome.fail('FieldValueTooMany', path, `Too many: ${count}: must have at most ${maxProperties} items`);
      return;
    }
    for (const key in value) {
      const check = properties.get(key) ?? other;
      if (check !== undefined)
        outcome.merge(check(value[key], fieldBefore(old, key), `${path}.${key}`, budget));
      else if (additionalProperties === false) {
        outcome.fail(
          'FieldValueInvalid',
          path,
          `Invalid value: ${JSON.stringify(key)}: ${nameOf(path)}.${key} in body is a forbidden property`,
        );
      }
    }
    for (const name of required) {
      if (!Object.hasOwn(value, name))
        outcome.fail('FieldValueRequired', `${path}.${name}`, 'Required value');
    }
  };
}

function fieldBefore(old: unknown, key: string): unknown {
  return isRecord(old) && Object.hasOwn(old, key) ? old[key] : ABSENT;
}

/** `.spec.size` is `spec.size` in a message. */
function nameOf(path: string): string {
  return path.startsWith('.') ? path.slice(1) : path;
}

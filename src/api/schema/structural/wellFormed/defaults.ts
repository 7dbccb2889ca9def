import { isRecord } from '../../../../base/isRecord.ts';
import { cloneJson } from '../../../clone.ts';
import { type FieldError, type FieldPath, invalid } from '../../../fields/fieldErrors.ts';
import { conformTo } from '../conform.ts';
import { type JsonSchema, nodeOf, OBJECT_FIELDS } from '../node.ts';
import { compileRules } from '../rules/compile.ts';
import { RuleBudget, ruleErrors } from '../rules/evaluate.ts';
import { ABSENT } from '../values/absent.ts';
import { embeddedErrors } from '../values/embedded.ts';
import { compileValidator } from '../values/validator.ts';
import { entriesOf } from './structural.ts';

/**
 * Defaults are values of their schema, keep its rules and have no unknown fields (apiextensions
 * `schema/defaulting/validation.go`). The schema is structural.
 */
export function defaultErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  return errorsAt(schema, path, true, new RuleBudget());
}

function errorsAt(schema: JsonSchema, path: FieldPath, isRoot: boolean, budget: RuleBudget): FieldError[] {
  if (budget.stopped) return [];
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const errors =
    schema.default === undefined ? [] : ownErrors(schema, path.child('default'), isObject, budget);
  const { items, properties } = schema;
  if (isRecord(items)) errors.push(...errorsAt(items, path.child('items'), false, budget));
  for (const [name, property] of entriesOf(properties)) {
    // Upstream does not check defaults inside apiVersion, kind and metadata, which need an object around them.
    if (isObject && OBJECT_FIELDS.has(name)) continue;
    errors.push(...errorsAt(property, path.child('properties').key(name), false, budget));
  }
  return errors;
}

function ownErrors(schema: JsonSchema, path: FieldPath, isObject: boolean, budget: RuleBudget): FieldError[] {
  const value = schema.default;
  const errors: FieldError[] = [];
  const { unknown } = conformTo(nodeOf({ properties: { value: schema } }))({ value: cloneJson(value) });
  if (unknown.length > 0) errors.push(invalid(path, value, 'must not have unknown fields'));
  const embedded = embeddedErrors(schema, value, path);
  if (embedded.length > 0) return [...errors, ...embedded];
  const outcome = compileValidator(schema)(value, ABSENT, '');
  if (outcome.errors.length === 0) return [...errors, ...brokenRules(schema, path, isObject, budget)];
  const prefix = path.toString();
  return [
    ...errors,
    ...outcome.errors.map((error) => ({
      ...error,
      field: error.field === '' || error.field === '<nil>' ? prefix : `${prefix}.${error.field}`,
    })),
  ];
}

/** A default has to be good in a new object and in one that had it before, which rules can tell apart. */
function brokenRules(
  schema: JsonSchema,
  path: FieldPath,
  isObject: boolean,
  budget: RuleBudget,
): readonly FieldError[] {
  const root = compileRules(schema, isObject);
  if (root === undefined) return [];
  const value = schema.default;
  const added = ruleErrors(root, value, ABSENT, path, budget);
  return added.length > 0 ? added : ruleErrors(root, value, value, path, budget);
}

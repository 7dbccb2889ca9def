import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { JsonSchema } from '../../api/schema/index.ts';
import { compileRules } from '../../api/schema/structural/rules/compile.ts';
import { ruleErrors } from '../../api/schema/structural/rules/evaluate.ts';
import { ABSENT } from '../../api/schema/structural/values/absent.ts';

/** The rules of a schema (`x-kubernetes-validations`), compiled once. */
export interface Rules {
  /** `old` is undefined for a new object. */
  errors(object: KubeObject, old: KubeObject | undefined): readonly FieldError[];
}

/** Undefined if the schema has no rules. */
export function rulesOf(schema: JsonSchema): Rules | undefined {
  const root = compileRules(schema);
  return root === undefined
    ? undefined
    : { errors: (object, old) => ruleErrors(root, object, old ?? ABSENT) };
}

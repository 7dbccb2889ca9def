import { CelError, COST_LIMITS, type Program } from '../../api/cel/index.ts';
import type { MatchCondition } from '../../api/types.ts';
import { compileCondition } from '../../api/webhooks/matchConditions.ts';

/** The match conditions of one hook, compiled. */
export type Conditions = readonly { readonly expression: string; readonly program: Program }[];

/** The result of match conditions: whether they hold, or the error that prevents an answer. */
export type Verdict = { readonly holds: boolean } | { readonly error: string };

/** Conditions were compiled when they were accepted. If one does not compile now, the fault is this server's. */
export function conditionsOf(conditions: readonly MatchCondition[] = []): Conditions {
  return conditions.map(({ expression }) => {
    const compiled = compileCondition(expression);
    if (!compiled.ok) throw new Error(`compilation failed: ${compiled.message}`);
    return { expression: expression.trim(), program: compiled.program };
  });
}

/**
 * If one condition is false, the hook does not match, even if others have errors (apiserver
 * `webhook/matchconditions/matcher.go`). Objects are not converted.
 */
export function judge(
  conditions: Conditions,
  bindings: { readonly object: unknown; readonly oldObject: unknown; readonly [name: string]: unknown },
): Verdict {
  let budget: number = COST_LIMITS.matchConditions;
  const errors: string[] = [];
  for (const { expression, program } of conditions) {
    const { value, cost } = program.evaluate(bindings, Math.min(budget, COST_LIMITS.perCall));
    budget -= cost;
    if (value === false) return { holds: false };
    if (budget <= 0) {
      return {
        error: 'validation failed due to running out of cost budget, no further validation rules will be run',
      };
    }
    if (value instanceof CelError) {
      errors.push(`expression '${expression}' resulted in error: ${value.message}`);
    }
  }
  if (errors.length === 0) return { holds: true };
  return { error: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]` };
}

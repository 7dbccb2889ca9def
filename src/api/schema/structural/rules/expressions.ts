import { isRecord } from '../../../../base/isRecord.ts';
import { COST_LIMITS } from '../../../cel/index.ts';
import { type FieldError, type FieldPath, forbiddenField, invalid } from '../../../fields/fieldErrors.ts';
import type { JsonSchema } from '../node.ts';
import { compileRules, type CompiledRule, type RuleNode } from './compile.ts';

const MAX_REQUEST = 3 * 1024 * 1024;
/** So many of the most expensive rules are named. */
const NAMED = 4;

/**
 * What is wrong with the expressions of a definition's rules: they do not compile, or might cost too much (apiextensions
 * `validation.go`, `cel_validation.go`). The schema has no other errors.
 */
export function expressionErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const root = compileRules(schema);
  if (root === undefined) return [];
  const check = new ExpressionCheck();
  check.node(root, path, 1, undefined);
  return [...check.errors, ...check.totalErrors(path)];
}

class ExpressionCheck {
  readonly errors: FieldError[] = [];
  readonly #expensive: { readonly path: FieldPath; readonly cost: number }[] = [];
  #total = 0;

  /**
   * @param times how often a value of the schema can be in an object; undefined where that has no bound
   * @param fixed the first place above whose values before a change cannot be found
   */
  node(node: RuleNode, path: FieldPath, times: number | undefined, fixed: FieldPath | undefined): void {
    const { schema } = node;
    node.rules.forEach((rule, at) =>
      this.#rule(node, rule, path.child('x-kubernetes-validations').index(at), times, fixed),
    );
    const inner = times === undefined ? undefined : multiplied(times, elementsOf(schema));
    if (node.items !== undefined) {
      const unknown = schema['x-kubernetes-list-type'] === 'map' ? fixed : (fixed ?? path);
      this.node(node.items, path.child('items'), inner, unknown);
    }
    if (node.additional !== undefined) {
      this.node(node.additional, path.child('additionalProperties'), inner, fixed);
    }
    const unknown = schema['x-kubernetes-map-type'] === 'atomic' ? (fixed ?? path) : fixed;
    for (const [name, property] of node.properties) {
      this.node(property, path.child('properties').key(name), inner, unknown);
    }
    node.allOf.forEach((one, at) => this.node(one, path.child('allOf').index(at), times, fixed));
  }

  totalErrors(path: FieldPath): FieldError[] {
    if (this.#total <= COST_LIMITS.estimatedSchema) return [];
    const named = [...this.#expensive].sort((a, b) => b.cost - a.cost).slice(0, NAMED);
    return [
      ...named.map(({ path: rule }) =>
        forbiddenField(
          rule,
          'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
        ),
      ),
      forbiddenField(
        path,
        costMessage(
          'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema',
          this.#total,
          COST_LIMITS.estimatedSchema,
        ),
      ),
    ];
  }

  #rule(
    node: RuleNode,
    compiled: CompiledRule,
    path: FieldPath,
    times: number | undefined,
    fixed: FieldPath | undefined,
  ): void {
    const { rule, program, problem, message, messageProblem, readsOld } = compiled;
    const at = path.child('rule');
    if (problem !== undefined) this.errors.push(invalid(at, rule, problem));
    if (messageProblem !== undefined) {
      this.errors.push(invalid(path.child('messageExpression'), rule, messageProblem));
    }
    if (program !== undefined) {
      const often = times ?? Math.floor(MAX_REQUEST / ((node.declared?.minSize ?? 0) + 1));
      this.#cost('estimated rule cost', at, program.estimatedCost.max * often);
    }
    if (message !== undefined) {
      this.#cost(
        'estimated messageExpression cost',
        path.child('messageExpression'),
        message.estimatedCost.max,
      );
    }
    if (readsOld && fixed !== undefined) {
      this.errors.push(
        invalid(
          at,
          rule.rule,
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${fixed.toString()}`,
        ),
      );
    }
    if (!readsOld && rule.optionalOldSelf !== undefined && program !== undefined) {
      this.errors.push(
        invalid(
          path.child('optionalOldSelf'),
          rule.optionalOldSelf,
          'may not be set if oldSelf is not used in rule',
        ),
      );
    }
  }

  #cost(named: string, path: FieldPath, cost: number): void {
    if (cost > COST_LIMITS.estimatedRule) {
      this.errors.push(forbiddenField(path, costMessage(named, cost, COST_LIMITS.estimatedRule)));
    }
    this.#total += cost;
    if (cost >= COST_LIMITS.estimatedSchema / 100) this.#expensive.push({ path, cost });
  }
}

/** How many values are in one of a schema, at most; undefined for no bound. */
function elementsOf({ type, additionalProperties, maxProperties, maxItems }: JsonSchema): number | undefined {
  if (type === 'array') return maxItems;
  return type === 'object' && isRecord(additionalProperties) ? maxProperties : 1;
}

function multiplied(times: number, elements: number | undefined): number | undefined {
  return elements === undefined ? undefined : times * Math.max(0, elements);
}

function costMessage(named: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const text =
    factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${named} exceeds budget by factor of ${text} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

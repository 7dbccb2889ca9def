import { isRecord } from '../../../../base/isRecord.ts';
import { compile, type Program } from '../../../cel/index.ts';
import { baseEnvironment } from '../../../cel/library/index.ts';
import { declareSchema, type Declared, sizesOf } from '../../../cel/schema/declare.ts';
import { escapeName } from '../../../cel/schema/escaping.ts';
import { BOOL, optionalOf, STRING } from '../../../cel/types.ts';
import type { JsonSchema, ValidationRule } from '../node.ts';

/** A rule that is ready, or why it is not. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program?: Program;
  /** What is wrong with the expression, in upstream's words. */
  readonly problem?: string;
  readonly message?: Program;
  readonly messageProblem?: string;
  /** True for a rule about a change: it reads `oldSelf`. */
  readonly readsOld: boolean;
}

/** The rules of a schema and of what is below it; only where there are any. */
export interface RuleNode {
  readonly schema: JsonSchema;
  /** What expressions see of a value; undefined where they see nothing. */
  readonly declared: Declared | undefined;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly items: RuleNode | undefined;
  readonly additional: RuleNode | undefined;
  readonly allOf: readonly RuleNode[];
}

/** Upstream's words where rules stand at a value that expressions cannot see. */
const UNSUPPORTED = 'rule declared on schema that does not support validation rules type';

/**
 * Compiles `x-kubernetes-validations` of a structural schema (apiextensions `schema/cel/compilation.go`, `validation.go`);
 * undefined where there are no rules.
 * @param isObject true for the schema of whole objects, whose rules see apiVersion, kind and metadata
 */
export function compileRules(schema: JsonSchema, isObject = true): RuleNode | undefined {
  return hasRules(schema) ? compileAt(schema, schema, declareSchema(schema, isObject)) : undefined;
}

function hasRules(schema: JsonSchema): boolean {
  const { items, additionalProperties, properties = {}, allOf = [] } = schema;
  return (
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    (isRecord(items) && hasRules(items)) ||
    (isRecord(additionalProperties) && hasRules(additionalProperties)) ||
    Object.values(properties).some(hasRules) ||
    allOf.some(hasRules)
  );
}

/** `ruled` has the rules: the schema itself, or a part of its allOf, which has no types of its own. */
function compileAt(
  ruled: JsonSchema,
  schema: JsonSchema,
  declared: Declared | undefined,
): RuleNode | undefined {
  const rules = (ruled['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema, declared));
  const items =
    isRecord(ruled.items) && isRecord(schema.items)
      ? compileAt(ruled.items, schema.items, declared?.element)
      : undefined;
  const [ruledValues, values] = [ruled.additionalProperties, schema.additionalProperties];
  const additional =
    isRecord(ruledValues) && isRecord(values) ? compileAt(ruledValues, values, declared?.element) : undefined;
  const properties = new Map<string, RuleNode>();
  for (const [name, one] of Object.entries(ruled.properties ?? {})) {
    const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    if (property === undefined || !hasRules(one)) continue;
    const node = compileAt(one, property, declaredField(name, property, declared));
    if (node !== undefined) properties.set(name, node);
  }
  const allOf = (ruled.allOf ?? []).flatMap((one) => compileAt(one, schema, declared) ?? []);
  const isEmpty =
    rules.length + properties.size + allOf.length === 0 && items === undefined && additional === undefined;
  return isEmpty ? undefined : { schema, declared, rules, properties, items, additional, allOf };
}

function declaredField(name: string, schema: JsonSchema, parent: Declared | undefined): Declared | undefined {
  const escaped = escapeName(name);
  if (escaped !== undefined && parent?.fields !== undefined) return parent.fields.get(escaped);
  return declareSchema(schema, schema['x-kubernetes-embedded-resource'] === true);
}

function compileRule(rule: ValidationRule, schema: JsonSchema, declared: Declared | undefined): CompiledRule {
  if (declared === undefined) {
    const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
    const problem = `${UNSUPPORTED}: '${schema.type ?? ''}' x-kubernetes-preserve-unknown-fields: '${String(preserves)}'`;
    return { rule, problem, readsOld: false };
  }
  const { type } = declared;
  const oldSelf = rule.optionalOldSelf === true ? optionalOf(type) : type;
  const environment = baseEnvironment.withVariables({ self: type, oldSelf });
  const sizes = sizesOf(declared);
  const compiled = compile(rule.rule, environment, sizes);
  if (!compiled.ok) return { rule, problem: `compilation failed: ${compiled.message}`, readsOld: false };
  const { program } = compiled;
  const readsOld = program.reads('oldSelf');
  if (program.type.kind !== BOOL.kind) {
    return { rule, problem: 'cel expression must evaluate to a bool', readsOld };
  }
  if (rule.messageExpression === undefined || rule.messageExpression === '')
    return { rule, program, readsOld };
  const message = compile(rule.messageExpression, environment, sizes);
  if (!message.ok) {
    const messageProblem = `messageExpression compilation failed: ${message.message}`;
    return { rule, program, readsOld, messageProblem };
  }
  if (message.program.type.kind !== STRING.kind) {
    return { rule, program, readsOld, messageProblem: 'messageExpression must evaluate to a string' };
  }
  return { rule, program, readsOld, message: message.program };
}

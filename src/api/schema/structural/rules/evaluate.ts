import { isRecord } from '../../../../base/isRecord.ts';
import { COST_LIMITS } from '../../../cel/index.ts';
import { adapterOf } from '../../../cel/evaluate/adapt.ts';
import { CelError, Optional, type Value } from '../../../cel/values.ts';
import { equalJson } from '../../../equalJson.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../../fields/fieldErrors.ts';
import { fieldAt } from '../fieldPath.ts';
import { ABSENT } from '../values/absent.ts';
import { itemsBefore } from '../values/correlation.ts';
import type { CompiledRule, RuleNode } from './compile.ts';

const OUT_OF_BUDGET =
  'validation failed due to running out of cost budget, no further validation rules will be run';
const MAX_MESSAGE = 5 * 1024;

/** The cost that evaluations may still have, all of them together. */
export class RuleBudget {
  remaining: number = COST_LIMITS.perObject;
  /** True once a rule has cost too much: no other is evaluated. */
  stopped = false;
}

/**
 * What rules find wrong with a value (apiextensions `schema/cel/validation.go`). `old` is ABSENT for a new one. Stops
 * where all rules together have cost what they may.
 * @param path of the value
 */
export function ruleErrors(
  root: RuleNode,
  value: unknown,
  old: unknown,
  path = new FieldPath(),
  budget = new RuleBudget(),
): readonly FieldError[] {
  return new Evaluation(budget).errorsOf(root, value, old, path);
}

/** Where a value stands: what it was before, and whether what is wrong was so before. */
interface Place {
  readonly path: FieldPath;
  readonly old: unknown;
  /** True where nothing at or around the value has changed, as far as that can be told. */
  isUnchanged(): boolean;
}

class Evaluation {
  readonly #errors: FieldError[] = [];
  readonly #budget: RuleBudget;

  constructor(budget: RuleBudget) {
    this.#budget = budget;
  }

  errorsOf(root: RuleNode, value: unknown, old: unknown, path: FieldPath): readonly FieldError[] {
    this.#node(root, value, placeOf(path, value, old));
    return this.#errors;
  }

  #node(node: RuleNode, value: unknown, place: Place): void {
    if (value === null || value === undefined || this.#budget.stopped) return;
    for (const rule of node.rules) this.#rule(node, rule, value, place);
    // Ratcheting does not apply to rules in allOf, as with values.
    for (const one of node.allOf) this.#node(one, value, { ...place, isUnchanged: () => false });
    if (Array.isArray(value)) this.#items(node, value, place);
    else if (isRecord(value)) this.#fields(node, value, place);
  }

  #items({ items, schema }: RuleNode, list: readonly unknown[], place: Place): void {
    if (items === undefined) return;
    const before = itemsBefore(schema, list, place.old);
    // Rules about a change are for items that can be told apart.
    const known = schema['x-kubernetes-list-type'] === 'map';
    list.forEach((item, at) => {
      const old = before(at);
      const inner = innerPlace(place, place.path.index(at), item, old);
      this.#node(items, item, known ? inner : { ...inner, old: ABSENT });
    });
  }

  #fields(node: RuleNode, record: Readonly<Record<string, unknown>>, place: Place): void {
    const atomic = node.schema['x-kubernetes-map-type'] === 'atomic';
    for (const [key, value] of Object.entries(record)) {
      const property = node.properties.get(key);
      const inner = property ?? node.additional;
      if (inner === undefined) continue;
      const old = isRecord(place.old) && Object.hasOwn(place.old, key) ? place.old[key] : ABSENT;
      const path = property === undefined ? place.path.key(key) : place.path.child(key);
      const there = innerPlace(place, path, value, old);
      this.#node(inner, value, atomic ? { ...there, old: ABSENT } : there);
    }
  }

  #rule(node: RuleNode, compiled: CompiledRule, value: unknown, place: Place): void {
    if (this.#budget.stopped) return;
    const { rule, program, readsOld } = compiled;
    const type = node.schema.type ?? '';
    const fail = (detail: string): void => void this.#errors.push(invalid(place.path, type, detail));
    if (program === undefined) {
      if (compiled.problem !== undefined) fail(`rule compile error: ${compiled.problem}`);
      return;
    }
    const isOptional = rule.optionalOldSelf === true;
    if (readsOld && place.old === ABSENT && !isOptional) return;
    if (this.#budget.remaining <= 0) {
      fail(OUT_OF_BUDGET);
      this.#budget.stopped = true;
      return;
    }
    const bindings = { self: value, oldSelf: oldValue(node, place.old, isOptional) };
    const outcome = program.evaluate(bindings, Math.min(COST_LIMITS.perCall, this.#budget.remaining));
    this.#budget.remaining -= outcome.cost;
    if (outcome.value instanceof CelError) {
      this.#failed(outcome.value.message, compiled, fail);
      return;
    }
    if (outcome.value === true) return;
    const found = this.#finding(node, compiled, value, place, bindings);
    if (readsOld || !place.isUnchanged()) this.#errors.push(found);
  }

  #failed(message: string, { rule }: CompiledRule, fail: (detail: string) => void): void {
    const named = nameOf(rule);
    if (message.startsWith('no such overload')) {
      fail(
        `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${named}`,
      );
    } else if (message.startsWith('operation cancelled: actual cost limit exceeded')) {
      fail(
        `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${named}`,
      );
      this.#budget.stopped = true;
    } else fail(`${message} evaluating rule: ${named}`);
  }

  /** The error of a rule that does not hold. */
  #finding(
    node: RuleNode,
    compiled: CompiledRule,
    value: unknown,
    place: Place,
    bindings: Readonly<Record<string, Value>>,
  ): FieldError {
    const { rule } = compiled;
    const detail = this.#message(compiled, bindings) ?? messageOf(compiled);
    const path = pathTo(node, rule.fieldPath, place.path);
    // The values of objects and lists are not shown.
    const shown = node.schema.type === 'object' || node.schema.type === 'array' ? undefined : value;
    switch (rule.reason) {
      case 'FieldValueForbidden':
        return forbiddenField(path, detail);
      case 'FieldValueRequired':
        return required(path, detail);
      case 'FieldValueDuplicate':
        return duplicate(path, shown ?? '');
      default:
        return shown === undefined
          ? { type: 'FieldValueInvalid', field: textOf(path), message: `Invalid value: ${detail}` }
          : invalid(path, shown, detail);
    }
  }

  /**
   * The message that the rule's expression makes; undefined if it fails, or if the message is empty or has several
   * lines.
   */
  #message({ message }: CompiledRule, bindings: Readonly<Record<string, Value>>): string | undefined {
    if (message === undefined) return undefined;
    const { value, cost } = message.evaluate(bindings, Math.min(COST_LIMITS.perCall, this.#budget.remaining));
    this.#budget.remaining -= cost;
    if (typeof value !== 'string') return undefined;
    const text = value.trim();
    return text === '' || text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE ? undefined : text;
  }
}

function placeOf(path: FieldPath, value: unknown, old: unknown): Place {
  let unchanged: boolean | undefined;
  return { path, old, isUnchanged: () => (unchanged ??= old !== ABSENT && equalJson(value, old)) };
}

/** A value that cannot be correlated is unchanged if its parent is unchanged. */
function innerPlace(outer: Place, path: FieldPath, value: unknown, old: unknown): Place {
  const place = placeOf(path, value, old);
  return old === ABSENT ? { ...place, isUnchanged: () => outer.isUnchanged() } : place;
}

function oldValue(node: RuleNode, old: unknown, isOptional: boolean): Value {
  if (!isOptional) return old === ABSENT ? undefined : old;
  if (old === ABSENT || old === null) return Optional.none;
  const adapt = node.declared === undefined ? undefined : adapterOf(node.declared.type);
  return Optional.of(adapt === undefined ? old : adapt(old));
}

function nameOf({ message = '', rule }: CompiledRule['rule']): string {
  return message === '' ? rule.trim() : message.trim();
}

function messageOf({ rule }: CompiledRule): string {
  const { message = '' } = rule;
  return message === '' ? `failed rule: ${rule.rule.trim()}` : message.trim();
}

function pathTo({ schema }: RuleNode, fieldPath: string | undefined, path: FieldPath): FieldPath {
  if (fieldPath === undefined || fieldPath === '') return path;
  const found = fieldAt(schema, fieldPath);
  if ('problem' in found) return path;
  return found.steps.reduce((at, { name, isKey }) => (isKey ? at.key(name) : at.child(name)), path);
}

/** Go prints the path of the object itself as `<nil>`. */
function textOf(path: FieldPath): string {
  const text = path.toString();
  return text === '' ? '<nil>' : text;
}

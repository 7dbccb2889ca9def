import type { Entry, IdentNode, ListNode, MapNode, Node, SelectNode, StructNode } from '../ast.ts';
import { LIST_BASE_COST, MAP_BASE_COST, STRUCT_BASE_COST } from '../cost/estimates.ts';
import { NO_OVERLOAD, noSuchKey } from '../operators.ts';
import { isOptional, unwrapOptional } from '../types.ts';
import {
  CelError,
  CelMap,
  isInt,
  isJsonObject,
  isMap,
  getOfMap,
  type MapValue,
  Optional,
  typeNameOf,
  Uint,
  type Value,
} from '../values.ts';
import { adapterOf } from './adapt.ts';
import { planCall } from './calls.ts';
import { planComprehension } from './comprehensions.ts';
import type { Frame, Planner, Step } from './step.ts';

/** An expression that is ready to run, and the slots of its variables. */
export interface Plan {
  readonly step: Step;
  /** The slots of variables that come from outside. */
  readonly variables: ReadonlyMap<string, number>;
  readonly slots: number;
}

export function planExpression(node: Node): Plan {
  const planner = new ExpressionPlanner();
  const step = planner.plan(node);
  return { step, variables: planner.variables, slots: planner.slots };
}

class ExpressionPlanner implements Planner {
  readonly variables = new Map<string, number>();
  slots = 0;
  readonly #scopes: ReadonlyMap<string, number>[] = [];

  slot(name: string): number {
    const local = this.#scopes.findLast((scope) => scope.has(name))?.get(name);
    if (local !== undefined) return local;
    let slot = this.variables.get(name);
    if (slot === undefined) this.variables.set(name, (slot = this.slots++));
    return slot;
  }

  scope<T>(names: readonly string[], body: (slots: readonly number[]) => T): T {
    const slots = names.map(() => this.slots++);
    this.#scopes.push(new Map(names.map((name, index) => [name, slots[index] ?? 0])));
    try {
      return body(slots);
    } finally {
      this.#scopes.pop();
    }
  }

  plan(node: Node): Step {
    switch (node.kind) {
      case 'const': {
        const { value } = node;
        return () => value;
      }
      case 'ident':
        return this.#ident(node);
      case 'select':
        return node.resolved === undefined ? this.#select(node) : this.#ident(node.resolved);
      case 'call':
        return planCall(this, node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return this.#struct(node);
      case 'comprehension':
        return planComprehension(this, node);
    }
  }

  #ident({ name, constant }: IdentNode): Step {
    if (constant !== undefined) {
      return (frame) => {
        frame.charge(1);
        return constant;
      };
    }
    const slot = this.slot(name);
    return (frame) => {
      if (--frame.left < 0) frame.charge(0);
      return frame.slots[slot];
    };
  }

  #select(node: SelectNode): Step {
    const { operand, field } = node;
    const inner = this.plan(operand);
    const type = operand.type === undefined ? undefined : unwrapOptional(operand.type);
    const declared = type?.kind === 'object' ? type.fields.get(field) : undefined;
    const key = declared?.key ?? field;
    if (node.testOnly) return planTest(inner, key);
    const adapt = declared === undefined ? undefined : adapterOf(declared.type);
    const read = planRead(inner, key, isAttribute(operand) ? 1 : 2);
    if (operand.type !== undefined && isOptional(operand.type)) return planOptionalRead(inner, key, adapt);
    if (adapt === undefined) return read;
    return (frame) => adapt(read(frame));
  }

  #list({ elements, optional }: ListNode): Step {
    const steps = elements.map((element) => this.plan(element));
    if (optional.size === 0 && elements.every(({ kind }) => kind === 'const')) {
      // Upstream makes such a list once and charges nothing for it.
      const list = elements.map((element) => (element.kind === 'const' ? element.value : undefined));
      return () => list;
    }
    return (frame) => {
      const list: Value[] = [];
      for (let index = 0; index < steps.length; index++) {
        let value = steps[index]?.(frame);
        if (value instanceof CelError) return value;
        if (optional.has(index)) {
          if (!(value instanceof Optional)) return NO_OVERLOAD;
          if (!value.present) continue;
          value = value.value;
        }
        list.push(value);
      }
      frame.charge(LIST_BASE_COST);
      return list;
    };
  }

  #map({ entries }: MapNode): Step {
    const steps = entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    const make: Step = (frame) => {
      const map = new CelMap();
      for (const entry of steps) {
        const key = entry.key(frame);
        if (key instanceof CelError) return key;
        if (!isKey(key)) return new CelError(`unsupported key type: ${typeNameOf(key)}`);
        const value = entry.value(frame);
        if (value instanceof CelError) return value;
        if (entry.optional) {
          if (!(value instanceof Optional)) return NO_OVERLOAD;
          if (!value.present) continue;
        }
        if (!map.add(key, entry.optional && value instanceof Optional ? value.value : value)) {
          return new CelError(`Failed with repeated key`);
        }
      }
      return map;
    };
    if (
      entries.every(({ key, value, optional }) => !optional && key.kind === 'const' && value.kind === 'const')
    ) {
      return make;
    }
    return (frame) => {
      const map = make(frame);
      frame.charge(MAP_BASE_COST);
      return map;
    };
  }

  #struct({ fields, type }: StructNode): Step {
    const steps = fields.map((field: Entry<string>) => {
      const declared = type?.kind === 'object' ? type.fields.get(field.key) : undefined;
      return { key: declared?.key ?? field.key, value: this.plan(field.value), optional: field.optional };
    });
    return (frame) => {
      const object: Record<string, Value> = {};
      for (const { key, value: step, optional } of steps) {
        let value = step(frame);
        if (value instanceof CelError) return value;
        if (optional) {
          if (!(value instanceof Optional)) return NO_OVERLOAD;
          if (!value.present) continue;
          value = value.value;
        }
        object[key] = value;
      }
      frame.charge(STRUCT_BASE_COST);
      return object;
    };
  }
}

/** Whether upstream evaluates a node as a path from a variable, and charges for each part. */
export function isAttribute(node: Node): boolean {
  return (
    node.kind === 'ident' ||
    (node.kind === 'select' && !node.testOnly) ||
    (node.kind === 'call' && (node.name === '_[_]' || node.name === '_?._' || node.name === '_[?_]'))
  );
}

function planRead(inner: Step, key: string, cost: number): Step {
  // A name that all objects have is looked up among their own ones.
  const inherited = Object.hasOwn(Object.prototype, key);
  return (frame) => {
    const operand = inner(frame);
    if ((frame.left -= cost) < 0) frame.charge(0);
    if (typeof operand === 'object' && operand !== null && !inherited) {
      const value = (operand as MapValue as Readonly<Record<string, Value>>)[key];
      if (value !== undefined && isJsonObject(operand)) return value;
    }
    return readSlowly(operand, key);
  };
}

function readSlowly(operand: Value, key: string): Value {
  if (operand instanceof CelError) return operand;
  if (operand instanceof Optional) {
    if (!operand.present) return operand;
    const value = readSlowly(operand.value, key);
    return value instanceof CelError ? Optional.none : Optional.of(value);
  }
  if (!isMap(operand)) return NO_OVERLOAD;
  return getOfMap(operand, key) ?? missing(operand, key);
}

function missing(map: MapValue, key: string): Value {
  return getOfMap(map, key) === null ? null : noSuchKey(key);
}

function planOptionalRead(inner: Step, key: string, adapt: ((value: Value) => Value) | undefined): Step {
  return (frame) => {
    const operand = inner(frame);
    frame.charge(1);
    const read = optionalField(operand, key);
    if (adapt === undefined || !(read instanceof Optional) || !read.present) return read;
    const value = adapt(read.value);
    return value instanceof CelError ? value : Optional.of(value);
  };
}

/** `operand.?key`. */
export function optionalField(operand: Value, key: string): Value {
  if (operand instanceof CelError) return operand;
  if (operand instanceof Optional) return operand.present ? optionalField(operand.value, key) : operand;
  if (!isMap(operand)) return NO_OVERLOAD;
  const value = getOfMap(operand, key);
  return value === undefined ? Optional.none : Optional.of(value);
}

function planTest(inner: Step, key: string): Step {
  return (frame: Frame) => {
    let operand = inner(frame);
    if (operand instanceof CelError) return operand;
    if (operand instanceof Optional) {
      if (!operand.present) return false;
      operand = operand.value;
    }
    return isMap(operand) ? getOfMap(operand, key) !== undefined : NO_OVERLOAD;
  };
}

function isKey(value: Value): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || isInt(value) || value instanceof Uint;
}

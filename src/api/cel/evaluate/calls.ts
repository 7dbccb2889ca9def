import type { CallNode } from '../ast.ts';
import { traversal } from '../cost/calls.ts';
import type { Overload } from '../declarations.ts';
import { equals } from '../equality.ts';
import {
  codePoints,
  contains,
  index as readIndex,
  NO_OVERLOAD,
  optionalIndex,
  sizeOf,
} from '../operators.ts';
import { DYN, isOptional, type ListMerge, partsOf, type Type } from '../types.ts';
import { CelError, fits, getOfMap, isMap, Optional, type Value } from '../values.ts';
import { adapterOf } from './adapt.ts';
import { equalityOf, mergeLists } from './lists.ts';
import type { Frame, Planner, Step } from './step.ts';

/** Plans a call. Operators that do not need all of their operands (`&&`, `||`, `?:`) are not functions. */
export function planCall(planner: Planner, node: CallNode): Step {
  const nodes = node.target === undefined ? node.args : [node.target, ...node.args];
  const steps = nodes.map((arg) => planner.plan(arg));
  const [first = nothing, second = nothing, third = nothing] = steps;
  switch (node.name) {
    case '_&&_':
      return planAnd(first, second);
    case '_||_':
      return planOr(first, second);
    case '_?_:_':
      return planConditional(first, second, third);
    case '@not_strictly_false':
      return planNotStrictlyFalse(first);
    case '_==_':
    case '_!=_':
      return planEquality(node, first, second);
    case '_+_': {
      const type = node.args[0]?.type;
      if (type?.kind === 'list' && type.merge !== undefined) return planMerge(type.merge, first, second);
      break;
    }
    case '_[_]':
      return planIndex(node, first, second);
    case '_?._':
      return planOptionalSelect(node, first);
    case 'or':
    case 'orValue':
      if (node.target?.type !== undefined && isOptional(node.target.type))
        return planOrElse(first, second, node.name);
      break;
    case '@in': {
      const [, container] = node.args;
      // Upstream charges nothing for looking into a constant list.
      if (container?.kind === 'list' && container.elements.every(({ kind }) => kind === 'const')) {
        return planMembership(
          first,
          container.elements.map((element) => (element.kind === 'const' ? element.value : undefined)),
        );
      }
      return planContains(first, second);
    }
    default:
  }
  const types = nodes.map(({ type }) => type ?? DYN);
  return planFunction(node, node.overloads ?? [], steps, types);
}

const nothing: Step = () => NO_OVERLOAD;

function planAnd(left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    if (a === false) return false;
    const b = right(frame);
    if (b === false) return false;
    if (a === true && b === true) return true;
    return a instanceof CelError ? a : b instanceof CelError ? b : NO_OVERLOAD;
  };
}

function planOr(left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    if (a === true) return true;
    const b = right(frame);
    if (b === true) return true;
    if (a === false && b === false) return false;
    return a instanceof CelError ? a : b instanceof CelError ? b : NO_OVERLOAD;
  };
}

function planConditional(condition: Step, then: Step, otherwise: Step): Step {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return then(frame);
    if (value === false) return otherwise(frame);
    return value instanceof CelError ? value : NO_OVERLOAD;
  };
}

function planNotStrictlyFalse(inner: Step): Step {
  return (frame) => {
    const value = inner(frame);
    frame.charge(1);
    return value !== false;
  };
}

function planEquality(node: CallNode, left: Step, right: Step): Step {
  const wanted = node.name === '_==_';
  const [a, b] = node.args;
  const special = equalityOf(a?.type ?? DYN) ?? equalityOf(b?.type ?? DYN) ?? equals;
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === 'string' && typeof b === 'string') {
      chargeTexts(frame, a, b);
      return (a === b) === wanted;
    }
    if (a instanceof CelError) return a;
    if (b instanceof CelError) return b;
    frame.charge(traversal(Math.min(sizeOf(a) ?? 1, sizeOf(b) ?? 1)));
    const equal = special(a, b, frame);
    frame.settle();
    return equal === wanted;
  };
}

function planMerge(merge: ListMerge, left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    if (a instanceof CelError) return a;
    const b = right(frame);
    if (b instanceof CelError) return b;
    frame.charge(1);
    return Array.isArray(a) && Array.isArray(b) ? mergeLists(merge, a, b) : NO_OVERLOAD;
  };
}

function chargeTexts(frame: Frame, a: string, b: string): void {
  const shorter = Math.min(a.length, b.length);
  frame.charge(shorter <= 10 ? (shorter === 0 ? 0 : 1) : traversal(Math.min(codePoints(a), codePoints(b))));
}

function planMembership(element: Step, list: readonly Value[]): Step {
  const texts = new Set(list);
  const onlyTexts = list.every((value) => typeof value === 'string');
  return (frame) => {
    const value = element(frame);
    if (value instanceof CelError) return value;
    if (onlyTexts) return texts.has(value);
    return list.some((item) => equals(value, item));
  };
}

function planContains(element: Step, container: Step): Step {
  return (frame) => {
    const value = element(frame);
    if (value instanceof CelError) return value;
    const among = container(frame);
    if (among instanceof CelError) return among;
    if (!Array.isArray(among)) {
      frame.charge(1);
      return contains(value, among);
    }
    frame.charge(among.length);
    for (const item of among) {
      if (equals(value, item, frame)) return true;
      frame.settle();
    }
    return false;
  };
}

function planIndex(node: CallNode, container: Step, key: Step): Step {
  const type = node.args[0]?.type;
  const part = type?.kind === 'object' && node.type !== undefined ? adapterOf(node.type) : undefined;
  return (frame) => {
    const from = container(frame);
    if (from instanceof CelError) return from;
    const at = key(frame);
    if (at instanceof CelError) return at;
    frame.charge(1);
    if (from instanceof Optional) return optionalIndex(from, at);
    if (typeof at === 'string' && isMap(from)) {
      const value = getOfMap(from, at);
      if (value !== undefined) return part === undefined ? value : part(value);
    }
    return readIndex(from, at);
  };
}

function planOptionalSelect(node: CallNode, operand: Step): Step {
  const [of, name] = node.args;
  const field = name?.kind === 'const' && typeof name.value === 'string' ? name.value : '';
  const type =
    of?.type === undefined ? undefined : of.type.kind === 'opaque' ? of.type.parameters[0] : of.type;
  const declared = type?.kind === 'object' ? type.fields.get(field) : undefined;
  const key = declared?.key ?? field;
  const adapt = declared === undefined ? undefined : adapterOf(declared.type);
  return (frame) => {
    const value = operand(frame);
    if (value instanceof CelError) return value;
    frame.charge(1);
    const read = optionalIndex(value, key);
    if (adapt === undefined || !(read instanceof Optional) || !read.present) return read;
    const adapted = adapt(read.value);
    return adapted instanceof CelError ? adapted : Optional.of(adapted);
  };
}

/** `optional.or(other)` evaluates the other only if it needs it. */
function planOrElse(optional: Step, other: Step, name: 'or' | 'orValue'): Step {
  return (frame) => {
    const value = optional(frame);
    if (value instanceof CelError) return value;
    if (!(value instanceof Optional)) return NO_OVERLOAD;
    frame.charge(1);
    if (value.present) return name === 'or' ? value : value.value;
    return other(frame);
  };
}

/** A function that needs all of its arguments. Its overload is known before, or is found from the arguments. */
function planFunction(
  { name }: CallNode,
  overloads: readonly Overload[],
  steps: readonly Step[],
  types: readonly Type[],
): Step {
  const [overload] = overloads;
  if (overload === undefined) return nothing;
  const alike = overloads.every(({ call, cost }) => call === overload.call && cost === overload.cost);
  // Operators check their operands themselves.
  const isOperator = !/^[a-zA-Z]/.test(name);
  if (!alike || !(isOperator || overload.parameters.every((type, at) => isSurely(types[at] ?? DYN, type)))) {
    return planDispatch(overloads, steps);
  }
  const { call, cost, resultCost } = overload;
  const [first = nothing, second = nothing] = steps;
  if (steps.length === 1 && resultCost === undefined) {
    return (frame) => {
      const a = first(frame);
      if (a instanceof CelError) return a;
      frame.charge(cost === undefined ? 1 : cost(a));
      return call(a);
    };
  }
  if (steps.length === 2 && resultCost === undefined) {
    return (frame) => {
      const a = first(frame);
      if (a instanceof CelError) return a;
      const b = second(frame);
      if (b instanceof CelError) return b;
      frame.charge(cost === undefined ? 1 : cost(a, b));
      return call(a, b);
    };
  }
  return (frame) => {
    const args = evaluateAll(steps, frame);
    return args instanceof CelError ? args : run(overload, args, frame);
  };
}

/** Whether every value of one type is also a value of the other, so that no check is needed at run time. */
function isSurely(actual: Type, expected: Type): boolean {
  if (expected.kind === 'dyn' || expected.kind === 'parameter') return true;
  if (actual.kind !== expected.kind) return false;
  const parts = partsOf(actual);
  return partsOf(expected).every((part, at) => isSurely(parts[at] ?? DYN, part));
}

function planDispatch(overloads: readonly Overload[], steps: readonly Step[]): Step {
  return (frame) => {
    const args = evaluateAll(steps, frame);
    if (args instanceof CelError) return args;
    const overload = overloads.find(({ parameters }) =>
      parameters.every((type, index) => fits(args[index], type)),
    );
    return overload === undefined ? NO_OVERLOAD : run(overload, args, frame);
  };
}

function evaluateAll(steps: readonly Step[], frame: Frame): Value[] | CelError {
  const args: Value[] = [];
  for (const step of steps) {
    const value = step(frame);
    if (value instanceof CelError) return value;
    args.push(value);
  }
  return args;
}

function run({ call, cost, resultCost }: Overload, args: readonly Value[], frame: Frame): Value {
  frame.charge(cost === undefined ? (resultCost === undefined ? 1 : 0) : cost(...args));
  const result = call(...args);
  if (resultCost !== undefined && !(result instanceof CelError)) frame.charge(resultCost(result));
  return result;
}

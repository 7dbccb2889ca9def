import type { ComprehensionNode, Node } from '../ast.ts';
import { LIST_BASE_COST } from '../cost/estimates.ts';
import { NO_OVERLOAD } from '../operators.ts';
import { CelError, type CelMap, getOfMap, isMap, keysOfMap, type MapValue, type Value } from '../values.ts';
import type { Frame, Planner, Step } from './step.ts';

/** Plans a comprehension, with the costs that its macro has upstream. */
export function planComprehension(planner: Planner, node: ComprehensionNode): Step {
  const range = planner.plan(node.range);
  if (node.condition.kind === 'const' && node.condition.value === false) return planBinding(planner, node);
  const names = [node.variable, ...(node.variable2 === undefined ? [] : [node.variable2])];
  const init = planner.plan(node.init);
  return planner.scope([node.accumulator], ([accumulator = 0]) => {
    const [loop, variables] = planner.scope(names, (slots) => [planLoop(planner, node, accumulator), slots]);
    const result = planner.plan(node.result);
    const [first = 0, second = -1] = variables;
    return (frame) => {
      const over = range(frame);
      if (over instanceof CelError) return over;
      // The collected elements need a list of their own: all evaluations share the literal that they start with.
      const start = init(frame);
      frame.slots[accumulator] = Array.isArray(start) ? [] : start;
      if (Array.isArray(over)) overList(frame, over, first, second, loop);
      else if (isMap(over)) overMap(frame, over, first, second, loop);
      else return NO_OVERLOAD;
      return result(frame);
    };
  });
}

/** Handles one element; false ends the loop. */
type Loop = (frame: Frame) => boolean;

function overList(frame: Frame, list: readonly Value[], first: number, second: number, loop: Loop): void {
  const { slots } = frame;
  for (let index = 0; index < list.length; index++) {
    if (second < 0) {
      slots[first] = list[index];
    } else {
      slots[first] = index;
      slots[second] = list[index];
    }
    if (!loop(frame)) return;
  }
}

function overMap(frame: Frame, map: MapValue, first: number, second: number, loop: Loop): void {
  const { slots } = frame;
  for (const key of keysOfMap(map)) {
    slots[first] = key;
    if (second >= 0) slots[second] = getOfMap(map, key);
    if (!loop(frame)) return;
  }
}

function planLoop(planner: Planner, node: ComprehensionNode, accumulator: number): Loop {
  const { condition, step } = node;
  const always = condition.kind === 'const' && condition.value === true;
  const advance = planAppend(planner, node, step, accumulator) ?? planner.plan(step);
  if (always) {
    return (frame) => {
      const value = advance(frame);
      frame.slots[accumulator] = value;
      // An error stays an error: no later element can make a value of it.
      return !(value instanceof CelError);
    };
  }
  const goesOn = planner.plan(condition);
  return (frame) => {
    if (goesOn(frame) !== true) return false;
    frame.slots[accumulator] = advance(frame);
    return true;
  };
}

/** A loop that collects elements adds them to one list or map. It does not copy the list or map for each element. */
function planAppend(
  planner: Planner,
  node: ComprehensionNode,
  step: Node,
  accumulator: number,
): Step | undefined {
  if (step.kind !== 'call') return undefined;
  const [first, second, third] = step.args;
  if (step.name === '_?_:_' && first !== undefined && second !== undefined && isAccumulator(node, third)) {
    const append = planAppend(planner, node, second, accumulator);
    return append === undefined ? undefined : planFiltered(planner.plan(first), append, accumulator);
  }
  if (!isAccumulator(node, first)) return undefined;
  if (step.name === '_+_' && second?.kind === 'list' && second.elements.length === 1) {
    const [element] = second.elements;
    return element === undefined || second.optional.size > 0
      ? undefined
      : planPush(planner.plan(element), accumulator);
  }
  if (step.name === 'cel.@mapInsert' && second !== undefined) {
    return third === undefined
      ? planMerge(planner.plan(second), accumulator)
      : planInsert(planner.plan(second), planner.plan(third), accumulator);
  }
  return undefined;
}

function isAccumulator(node: ComprehensionNode, other: Node | undefined): boolean {
  return other?.kind === 'ident' && other.name === node.accumulator && other.name.startsWith('@');
}

function planFiltered(filter: Step, append: Step, accumulator: number): Step {
  return (frame) => {
    const value = filter(frame);
    if (value === true) return append(frame);
    if (value === false) return frame.slots[accumulator];
    return value instanceof CelError ? value : NO_OVERLOAD;
  };
}

/** `accumulator + [element]`: the name, the list and the sum. */
function planPush(element: Step, accumulator: number): Step {
  return (frame) => {
    const list = frame.slots[accumulator] as Value[];
    const value = element(frame);
    if (value instanceof CelError) return value;
    frame.charge(2 + LIST_BASE_COST);
    list.push(value);
    return list;
  };
}

function planInsert(key: Step, value: Step, accumulator: number): Step {
  return (frame) => {
    const map = frame.slots[accumulator] as CelMap;
    const name = key(frame);
    if (name instanceof CelError) return name;
    const entry = value(frame);
    if (entry instanceof CelError) return entry;
    frame.charge(2);
    return map.add(name, entry) ? map : repeated(name);
  };
}

function planMerge(entries: Step, accumulator: number): Step {
  return (frame) => {
    const map = frame.slots[accumulator] as CelMap;
    const other = entries(frame);
    if (other instanceof CelError) return other;
    if (!isMap(other)) return NO_OVERLOAD;
    frame.charge(2);
    for (const key of keysOfMap(other)) {
      if (!map.add(key, getOfMap(other, key))) return repeated(key);
    }
    return map;
  };
}

function repeated(key: Value): CelError {
  return new CelError(`insert failed: key ${String(key)} already exists`);
}

/** `cel.bind(name, value, result)`: the value is computed once, when the result first needs it. */
function planBinding(planner: Planner, node: ComprehensionNode): Step {
  const init = planner.plan(node.init);
  return planner.scope([node.accumulator], ([slot = 0]) => {
    const result = planner.plan(node.result);
    return (frame) => {
      frame.slots[slot] = init(frame);
      return result(frame);
    };
  });
}

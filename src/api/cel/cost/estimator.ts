import type { CallNode, ComprehensionNode, IdentNode, ListNode, MapNode, Node, SelectNode } from '../ast.ts';
import type { Overload } from '../declarations.ts';
import { sizeOf as valueSize } from '../operators.ts';
import { isOptional, type Type } from '../types.ts';
import {
  add,
  type CallEstimate,
  fixed,
  LIST_BASE_COST,
  MAP_BASE_COST,
  multiply,
  ONE,
  type Range,
  type SizedArgument,
  STRUCT_BASE_COST,
  union,
  UNKNOWN,
  ZERO,
} from './estimates.ts';

/**
 * The greatest size of a value from outside, by its path: a variable, then names of fields, `@items`, `@keys`,
 * `@values` or `@indices`. Undefined if it is not known.
 */
export type SizeOf = (path: readonly string[]) => Range | undefined;

/** Estimates the cost of a checked expression (cel-go `checker/cost.go`). */
export function estimateCost(node: Node, sizeOf: SizeOf = () => undefined): Range {
  return new Estimator(sizeOf).cost(node);
}

/** How long the keys or indices and the values of a list or a map may be. */
interface Parts {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly parts: Parts | undefined;
}

class Estimator {
  readonly #sizeOf: SizeOf;
  readonly #paths = new Map<Node, readonly string[]>();
  readonly #sizes = new Map<Node, Range>();
  readonly #parts = new Map<Node, Parts>();
  readonly #locals: (readonly [name: string, local: Local])[] = [];

  constructor(sizeOf: SizeOf) {
    this.#sizeOf = sizeOf;
  }

  cost(node: Node): Range {
    switch (node.kind) {
      case 'const':
        return ZERO;
      case 'ident':
        return this.#ident(node);
      case 'select':
        return node.resolved === undefined ? this.#select(node) : this.#ident(node.resolved);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return node.fields.reduce((sum, { value }) => add(sum, this.cost(value)), fixed(STRUCT_BASE_COST));
      case 'comprehension':
        return isBinding(node) ? this.#binding(node) : this.#comprehension(node);
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast(([other]) => other === name)?.[1];
  }

  #ident(node: IdentNode): Range {
    this.#paths.set(node, this.#local(node.name)?.path ?? [node.name]);
    return ONE;
  }

  #path(node: Node): readonly string[] {
    const local = node.kind === 'ident' ? this.#local(node.name) : undefined;
    return local?.path ?? this.#paths.get(node) ?? [];
  }

  #select(node: SelectNode): Range {
    const operand = this.cost(node.operand);
    // Kubernetes charges nothing for has().
    if (node.testOnly) return operand;
    this.#paths.set(node, [...this.#path(node.operand), node.field]);
    const kind = node.operand.type?.kind;
    return kind === 'map' || kind === 'object' || kind === 'parameter' ? add(operand, ONE) : operand;
  }

  #call(node: CallNode): Range {
    const { target, args, overloads = [] } = node;
    const nodes = target === undefined ? args : [target, ...args];
    const costs = nodes.map((arg) => this.cost(arg));
    const sum = costs.reduce(add, ZERO);
    if (node.name === 'dyn') {
      const [arg] = args;
      if (arg !== undefined) this.#copy(node, arg);
      return add(sum, ONE);
    }
    if (node.name === '_&&_' || node.name === '_||_') {
      return { min: costs[0]?.min ?? 0, max: sum.max };
    }
    if (node.name === '_?_:_') return this.#conditional(node, costs);
    const described = nodes.map((arg) => this.#argument(arg));
    let cost: Range | undefined;
    let size: Range | undefined;
    for (const overload of overloads) {
      const estimate = estimateCall(overload, described);
      cost = cost === undefined ? estimate.cost : union(cost, estimate.cost);
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size);
      size = this.#indexed(node, overload, nodes) ?? size;
    }
    if (node.name === '_+_') this.#concatenated(node, nodes);
    if (size !== undefined) this.#sizes.set(node, size);
    return overloads.length === 0 && node.name !== '_?._' ? ZERO : add(sum, cost ?? ONE);
  }

  #conditional(node: CallNode, [condition = ZERO, first = ZERO, second = ZERO]: readonly Range[]): Range {
    const [, then, otherwise] = node.args;
    if (then !== undefined && otherwise !== undefined) {
      this.#sizes.set(node, union(this.#sizeOrUnknown(then), this.#sizeOrUnknown(otherwise)));
      this.#unite(node, then, otherwise);
    }
    return add(condition, union(first, second));
  }

  #concatenated(node: CallNode, [first, second]: readonly Node[]): void {
    if (first !== undefined && second !== undefined) this.#unite(node, first, second);
  }

  #unite(node: Node, first: Node, second: Node): void {
    const a = this.#partsOf(first);
    const b = this.#partsOf(second);
    if (a === undefined || b === undefined) return;
    this.#parts.set(node, { ...a, key: union(a.key, b.key), value: union(a.value, b.value) });
  }

  /** The path of an element that is read by its index or key, and its size where it is known. */
  #indexed(node: CallNode, { id }: Overload, [container]: readonly Node[]): Range | undefined {
    const step = id === 'index_list' ? '@items' : id === 'index_map' ? '@values' : undefined;
    if (step === undefined || container === undefined) return undefined;
    this.#paths.set(node, [...this.#path(container), step]);
    return this.#partsOf(container)?.value ?? this.#size(node);
  }

  #list(node: ListNode): Range {
    let value: Range | undefined;
    let cost = fixed(LIST_BASE_COST);
    for (const element of node.elements) {
      cost = add(cost, this.cost(element));
      const size = this.#sizeOrUnknown(element);
      value = value === undefined ? size : union(value, size);
    }
    this.#parts.set(node, { container: 'list', key: ONE, value: value ?? ZERO });
    return cost;
  }

  #map(node: MapNode): Range {
    let keys: Range | undefined;
    let values: Range | undefined;
    let cost = fixed(MAP_BASE_COST);
    for (const { key, value } of node.entries) {
      cost = add(cost, add(this.cost(key), this.cost(value)));
      const keySize = this.#sizeOrUnknown(key);
      const valueSize = this.#sizeOrUnknown(value);
      keys = keys === undefined ? keySize : union(keys, keySize);
      values = values === undefined ? valueSize : union(values, valueSize);
    }
    this.#parts.set(node, { container: 'map', key: keys ?? ZERO, value: values ?? ZERO });
    return cost;
  }

  #comprehension(node: ComprehensionNode): Range {
    const before = add(this.cost(node.range), this.cost(node.init));
    const depth = this.#locals.length;
    this.#declare(node.accumulator, node.init);
    const parts = this.#partsOf(node.range);
    const isList = (parts?.container ?? node.range.type?.kind) === 'list';
    const path = this.#path(node.range);
    const variable = (name: string, step: string, size: Range | undefined): void => {
      this.#locals.push([name, { path: [...path, step], size, parts: undefined }]);
    };
    if (node.variable2 !== undefined) {
      variable(node.variable, isList ? '@indices' : '@keys', parts?.key);
      variable(node.variable2, isList ? '@items' : '@values', parts?.value);
    } else {
      variable(node.variable, isList ? '@items' : '@keys', isList ? parts?.value : parts?.key);
    }
    const loop = add(this.cost(node.condition), this.cost(node.step));
    this.#locals.length = depth + 1;
    const result = this.cost(node.result);
    this.#locals.length = depth;
    const count = this.#sizeOrUnknown(node.range);
    if (node.init.kind === 'const') {
      const size = this.#size(node.init);
      if (size !== undefined) this.#sizes.set(node, size);
    } else if (node.init.kind === 'list' || node.init.kind === 'map') {
      this.#sizes.set(node, count);
      const collected = this.#partsOf(node.step);
      if (collected !== undefined) this.#parts.set(node, collected);
    }
    return add(add(before, result), multiply(count, loop));
  }

  #binding(node: ComprehensionNode): Range {
    const before = add(this.cost(node.range), this.cost(node.init));
    this.#declare(node.accumulator, node.init);
    const result = this.cost(node.result);
    this.#locals.pop();
    this.#copy(node, node.result);
    return add(before, result);
  }

  #declare(name: string, value: Node): void {
    this.#locals.push([
      name,
      { path: this.#path(value), size: this.#size(value), parts: this.#partsOf(value) },
    ]);
  }

  #copy(to: Node, from: Node): void {
    const size = this.#size(from);
    const parts = this.#partsOf(from);
    if (size !== undefined) this.#sizes.set(to, size);
    if (parts !== undefined) this.#parts.set(to, parts);
  }

  #argument(node: Node): SizedArgument {
    const type = node.type ?? { kind: 'dyn' };
    const path = this.#visiblePath(node);
    const element =
      type.kind === 'list'
        ? ((path.length > 0 ? this.#sizeOf([...path, '@items']) : undefined) ?? UNKNOWN)
        : UNKNOWN;
    return {
      type,
      size: this.#sizeOrUnknown(node),
      elementSize: element,
      ...(node.kind === 'const' ? { literal: node.value } : {}),
    };
  }

  #visiblePath(node: Node): readonly string[] {
    const path = this.#path(node);
    return path[0]?.startsWith('@') === true ? [] : path;
  }

  #sizeOrUnknown(node: Node): Range {
    return this.#size(node) ?? UNKNOWN;
  }

  #size(node: Node): Range | undefined {
    const known = this.#sizes.get(node) ?? literalSize(node);
    if (known !== undefined) return known;
    const path = this.#path(node);
    const size = path.length === 0 ? undefined : this.#sizeOf(path);
    if (size !== undefined) return size;
    if (node.type !== undefined && isScalar(node.type)) return ONE;
    return node.kind === 'ident' ? this.#local(node.name)?.size : undefined;
  }

  #partsOf(node: Node): Parts | undefined {
    return this.#parts.get(node) ?? (node.kind === 'ident' ? this.#local(node.name)?.parts : undefined);
  }
}

function estimateCall(overload: Overload, args: readonly SizedArgument[]): CallEstimate {
  return overload.estimate?.(args) ?? { cost: ONE };
}

/** `cel.bind`: a comprehension over an empty list, whose accumulator has a name that its author chose. */
function isBinding({ range, condition, accumulator }: ComprehensionNode): boolean {
  return (
    range.kind === 'list' &&
    range.elements.length === 0 &&
    condition.kind === 'const' &&
    condition.value === false &&
    accumulator !== '@result'
  );
}

function literalSize(node: Node): Range | undefined {
  switch (node.kind) {
    case 'const':
      return fixed(valueSize(node.value) ?? 1);
    case 'list':
      return fixed(node.elements.length);
    case 'map':
      return fixed(node.entries.length);
    default:
      return undefined;
  }
}

function isScalar(type: Type): boolean {
  if (isOptional(type)) return type.parameters.every(isScalar);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}

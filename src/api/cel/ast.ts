import type { Overload } from './declarations.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/**
 * A node of an expression. `offset` is the place that upstream's errors name: the operator, a call's parenthesis, the
 * dot.
 */
export type Node =
  ConstNode | IdentNode | SelectNode | CallNode | ListNode | MapNode | StructNode | ComprehensionNode;

interface NodeBase {
  readonly offset: number;
  /** Set by the checker. */
  type?: Type;
}

export interface ConstNode extends NodeBase {
  readonly kind: 'const';
  readonly value: Value;
}

export interface IdentNode extends NodeBase {
  readonly kind: 'ident';
  /** The name; a leading dot means that it is looked up at the root. The checker replaces it by the full name. */
  name: string;
  /** The value of a name that stands for a type or a constant. Set by the checker. */
  constant?: Value;
}

export interface SelectNode extends NodeBase {
  readonly kind: 'select';
  readonly operand: Node;
  readonly field: string;
  /** `has(a.b)`. */
  readonly testOnly: boolean;
  /** The full name, if `a.b.c` names a variable or a type. Set by the checker. */
  resolved?: IdentNode;
}

export interface CallNode extends NodeBase {
  readonly kind: 'call';
  name: string;
  target: Node | undefined;
  readonly args: readonly Node[];
  /** The overloads that fit the types of the arguments. Set by the checker. */
  overloads?: readonly Overload[];
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly elements: readonly Node[];
  /** Indices of optional elements: such an element is omitted if its optional has no value. */
  readonly optional: ReadonlySet<number>;
}

export interface Entry<K> {
  readonly offset: number;
  readonly key: K;
  readonly value: Node;
  readonly optional: boolean;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: readonly Entry<Node>[];
}

export interface StructNode extends NodeBase {
  readonly kind: 'struct';
  name: string;
  readonly fields: readonly Entry<string>[];
}

/**
 * The expansion of a macro (langdef.md, Macros). For each element of the range, while the condition holds, the step
 * gives the accumulator a new value. The result is then computed from the accumulator.
 */
export interface ComprehensionNode extends NodeBase {
  readonly kind: 'comprehension';
  readonly range: Node;
  readonly variable: string;
  /** The second variable, in comprehensions over keys and values or over indices and elements. */
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result: Node;
  /** The call that the macro was written as. */
  readonly macro: MacroCall;
}

export interface MacroCall {
  readonly name: string;
  readonly target: Node | undefined;
  readonly args: readonly Node[];
}

/** The accumulator's name cannot be written in an expression. */
export const ACCUMULATOR = '@result';

export function constant(offset: number, value: Value): ConstNode {
  return { kind: 'const', offset, value };
}

export function ident(offset: number, name: string): IdentNode {
  return { kind: 'ident', offset, name };
}

export function call(offset: number, name: string, ...args: Node[]): CallNode {
  return { kind: 'call', offset, name, target: undefined, args };
}

export function list(offset: number, ...elements: Node[]): ListNode {
  return { kind: 'list', offset, elements, optional: new Set() };
}

/** `a.b.c` as a name; undefined if the node is not a chain of fields. */
export function qualifiedName(node: Node): string | undefined {
  if (node.kind === 'ident') return node.name;
  if (node.kind !== 'select' || node.testOnly) return undefined;
  const operand = qualifiedName(node.operand);
  return operand === undefined ? undefined : `${operand}.${node.field}`;
}

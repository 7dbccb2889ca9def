import type {
  CallNode,
  ComprehensionNode,
  IdentNode,
  ListNode,
  MapNode,
  Node,
  SelectNode,
  StructNode,
} from './ast.ts';
import { qualifiedName } from './ast.ts';
import type { Overload } from './declarations.ts';
import type { Environment } from './environment.ts';
import type { Issue } from './source.ts';
import {
  BOOL,
  DYN,
  ERROR,
  formatType,
  INT,
  isDynOrError,
  isOptional,
  isSameType,
  listOf,
  mapOf,
  optionalOf,
  parameter,
  partsOf,
  STRING,
  type Type,
  typeOf,
  unwrapOptional,
} from './types.ts';
import { assign, mostGeneral, substitute, type Substitutions } from './unify.ts';
import { Double, Duration, isInt, Timestamp, TypeValue, typeValueName, Uint, type Value } from './values.ts';
import { BYTES, DOUBLE, DURATION, NULL, TIMESTAMP, UINT } from './types.ts';

/**
 * Finds the type of every node and the overloads that fit every call, and reports what is wrong (cel-go
 * `checker/checker.go`).
 */
export function check(environment: Environment, node: Node): readonly Issue[] {
  const checker = new Checker(environment);
  checker.check(node);
  checker.settle();
  return checker.issues;
}

class Checker {
  readonly issues: Issue[] = [];
  readonly #environment: Environment;
  /** Variables of comprehensions, the innermost last. */
  readonly #scopes: Map<string, Type>[] = [];
  readonly #typed: Node[] = [];
  #substitutions: Substitutions = new Map();
  #parameters = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Replaces types that became known only later. */
  settle(): void {
    for (const node of this.#typed) {
      if (node.type !== undefined) node.type = substitute(this.#substitutions, node.type, true);
    }
  }

  check(node: Node): Type {
    const type = this.#typeOf(node);
    node.type = type;
    this.#typed.push(node);
    return type;
  }

  #typeOf(node: Node): Type {
    switch (node.kind) {
      case 'const':
        return constantType(node.value);
      case 'ident':
        return this.#ident(node);
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return this.#struct(node);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #error(offset: number, message: string): void {
    this.issues.push({ offset, message });
  }

  #undeclared(offset: number, name: string): Type {
    const container = this.#environment.options.container ?? '';
    this.#error(offset, `undeclared reference to '${name}' (in container '${container}')`);
    return ERROR;
  }

  #isAssignable(expected: Type, actual: Type): boolean {
    const substitutions = assign(this.#substitutions, [expected], [actual]);
    if (substitutions !== undefined) this.#substitutions = substitutions;
    return substitutions !== undefined;
  }

  #known(type: Type): Type {
    return substitute(this.#substitutions, type, false);
  }

  #format(type: Type): string {
    return formatType(substitute(this.#substitutions, type, true));
  }

  #mismatch(offset: number, expected: Type, actual: Type): void {
    this.#error(offset, `expected type '${this.#format(expected)}' but found '${this.#format(actual)}'`);
  }

  #newParameter(): Type {
    return parameter(`_var${this.#parameters++}`);
  }

  #ident(node: IdentNode): Type {
    return this.#resolve(node) ?? this.#undeclared(node.offset, node.name);
  }

  /** The type of the variable or constant that a name refers to. The name becomes its full name. */
  #resolve(node: IdentNode): Type | undefined {
    for (const scope of this.#scopes.toReversed()) {
      const type = scope.get(node.name);
      if (type !== undefined) return type;
    }
    for (const name of this.#environment.candidates(node.name)) {
      const variable = this.#environment.variable(name);
      if (variable !== undefined) {
        node.name = name;
        return variable;
      }
      const type = this.#environment.type(name);
      if (type !== undefined) {
        node.name = name;
        node.constant = new TypeValue(typeValueName(type));
        return typeOf(type);
      }
    }
    return undefined;
  }

  #select(node: SelectNode): Type {
    const name = qualifiedName({ ...node, testOnly: false });
    const [root = ''] = name?.split('.', 1) ?? [];
    if (name !== undefined && !node.testOnly && !this.#scopes.some((scope) => scope.has(root))) {
      const resolved: IdentNode = { kind: 'ident', offset: node.offset, name };
      const type = this.#resolve(resolved);
      if (type !== undefined) {
        resolved.type = type;
        node.resolved = resolved;
        return type;
      }
    }
    const operand = this.#known(this.check(node.operand));
    const type = this.#field(node.offset, operand, node.field, node.testOnly);
    if (node.testOnly) return BOOL;
    return isOptional(operand) && !isOptional(type) ? optionalOf(type) : type;
  }

  #field(offset: number, of: Type, field: string, testOnly = false): Type {
    const type = unwrapOptional(of);
    switch (type.kind) {
      case 'map':
        return type.value;
      case 'object': {
        const found = type.fields.get(field);
        if (found !== undefined) return found.type;
        this.#error(offset, `undefined field '${field}'`);
        return ERROR;
      }
      case 'parameter':
        this.#isAssignable(DYN, type);
        return DYN;
      case 'dyn':
      case 'error':
        return DYN;
      default:
        this.#error(offset, `type '${this.#format(type)}' does not support field selection`);
        return testOnly ? BOOL : ERROR;
    }
  }

  #call(node: CallNode): Type {
    if (node.name === '_?._') return this.#optionalSelect(node);
    for (const arg of node.args) this.check(arg);
    if (node.target === undefined) {
      const found = this.#overloads(node.name);
      if (found === undefined) return this.#undeclared(node.offset, node.name);
      node.name = found.name;
      return this.#overload(node, found.overloads, undefined);
    }
    const qualifier = qualifiedName(node.target);
    if (qualifier !== undefined && !this.#isLocal(qualifier)) {
      const found = this.#overloads(`${qualifier}.${node.name}`);
      if (found !== undefined) {
        node.name = found.name;
        node.target = undefined;
        return this.#overload(node, found.overloads, undefined);
      }
    }
    const target = this.check(node.target);
    const overloads = this.#environment.overloads(node.name);
    if (overloads === undefined) return this.#undeclared(node.offset, node.name);
    return this.#overload(node, overloads, target);
  }

  #isLocal(name: string): boolean {
    const [root = ''] = name.split('.', 1);
    return this.#scopes.some((scope) => scope.has(root));
  }

  #overloads(name: string): { name: string; overloads: readonly Overload[] } | undefined {
    for (const candidate of this.#environment.candidates(name)) {
      const overloads = this.#environment.overloads(candidate);
      if (overloads !== undefined) return { name: candidate, overloads };
    }
    return undefined;
  }

  #overload(node: CallNode, overloads: readonly Overload[], target: Type | undefined): Type {
    const args = node.args.map(({ type }) => type ?? DYN);
    const actual = target === undefined ? args : [target, ...args];
    const fitting: Overload[] = [];
    let result: Type | undefined;
    for (const overload of overloads) {
      if (overload.member !== (target !== undefined)) continue;
      const { parameters, result: declared } = this.#instance(overload);
      const substitutions = assign(this.#substitutions, parameters, actual);
      if (substitutions === undefined) continue;
      this.#substitutions = substitutions;
      fitting.push(overload);
      const type = this.#known(declared);
      result = result === undefined || isSameType(result, type) ? type : DYN;
    }
    if (result === undefined) {
      const list = args.map((type) => this.#format(type)).join(', ');
      const applied = target === undefined ? `(${list})` : `${this.#format(target)}.(${list})`;
      this.#error(node.offset, `found no matching overload for '${node.name}' applied to '${applied}'`);
      return ERROR;
    }
    node.overloads = fitting;
    return result;
  }

  /** A copy of an overload with type parameters of its own, so that calls do not share them. */
  #instance(overload: Overload): { parameters: readonly Type[]; result: Type } {
    const names = new Set([...overload.parameters, overload.result].flatMap(parametersOf));
    if (names.size === 0) return overload;
    const fresh = new Map([...names].map((name) => [name, this.#newParameter()]));
    return {
      parameters: overload.parameters.map((type) => substitute(fresh, type, false)),
      result: substitute(fresh, overload.result, false),
    };
  }

  #optionalSelect(node: CallNode): Type {
    const [operand, field] = node.args;
    if (operand === undefined || field?.kind !== 'const' || typeof field.value !== 'string') {
      this.#error(node.offset, `unsupported optional field selection: ${node.name}`);
      return ERROR;
    }
    const type = this.#known(this.check(operand));
    field.type = STRING;
    const selected = this.#field(node.offset, type, field.value);
    return isOptional(selected) ? selected : optionalOf(selected);
  }

  #list(node: ListNode): Type {
    let element: Type | undefined;
    node.elements.forEach((item, index) => {
      let type = this.check(item);
      if (node.optional.has(index)) type = this.#optionalElement(item, type);
      element = this.#join(item.offset, element, type);
    });
    return listOf(element ?? this.#newParameter());
  }

  #optionalElement(node: Node, type: Type): Type {
    const known = this.#known(type);
    if (isDynOrError(known)) return DYN;
    if (isOptional(known)) return unwrapOptional(known);
    this.#mismatch(node.offset, optionalOf(known), known);
    return ERROR;
  }

  #map(node: MapNode): Type {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of node.entries) {
      key = this.#join(entry.key.offset, key, this.check(entry.key));
      let type = this.check(entry.value);
      if (entry.optional) type = this.#optionalElement(entry.value, type);
      value = this.#join(entry.value.offset, value, type);
    }
    return mapOf(key ?? this.#newParameter(), value ?? this.#newParameter());
  }

  #join(offset: number, previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current;
    if (this.#isAssignable(previous, current)) return mostGeneral(previous, current);
    if (this.#environment.options.mixedLiterals === true) return DYN;
    this.#mismatch(offset, previous, current);
    return ERROR;
  }

  #struct(node: StructNode): Type {
    const found = this.#environment
      .candidates(node.name)
      .map((name) => this.#environment.type(name))
      .find((type) => type !== undefined);
    for (const field of node.fields) this.check(field.value);
    if (found === undefined) return this.#undeclared(node.offset, node.name);
    if (found.kind !== 'object') {
      this.#error(node.offset, `'${formatType(found)}' is not a message type`);
      return ERROR;
    }
    node.name = found.name;
    for (const { key, value, offset, optional } of node.fields) {
      const expected = this.#field(offset, found, key);
      let actual = value.type ?? DYN;
      if (optional) actual = this.#optionalElement(value, actual);
      if (!this.#isAssignable(expected, actual)) {
        this.#error(
          offset,
          `expected type of field '${key}' is '${this.#format(expected)}' but provided type is '${this.#format(actual)}'`,
        );
      }
    }
    return found;
  }

  #comprehension(node: ComprehensionNode): Type {
    const range = this.#known(this.check(node.range));
    const init = this.check(node.init);
    const [first, second] = this.#variables(node, range);
    const outer = new Map([[node.accumulator, init]]);
    const inner = new Map([[node.variable, first]]);
    if (node.variable2 !== undefined) inner.set(node.variable2, second);
    this.#scopes.push(outer, inner);
    this.#assert(node.condition, this.check(node.condition), BOOL);
    this.#assert(node.step, this.check(node.step), init);
    this.#scopes.pop();
    const result = this.check(node.result);
    this.#scopes.pop();
    return this.#known(result);
  }

  #variables(node: ComprehensionNode, range: Type): readonly [Type, Type] {
    const both = node.variable2 !== undefined;
    switch (range.kind) {
      case 'list':
        return both ? [INT, range.element] : [range.element, DYN];
      case 'map':
        return [range.key, range.value];
      case 'dyn':
      case 'error':
        return [DYN, DYN];
      case 'parameter':
        this.#isAssignable(DYN, range);
        return [DYN, DYN];
      default:
        this.#error(
          node.range.offset,
          `expression of type '${this.#format(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [ERROR, ERROR];
    }
  }

  #assert(node: Node, actual: Type, expected: Type): void {
    if (!this.#isAssignable(expected, actual)) this.#mismatch(node.offset, expected, actual);
  }
}

function parametersOf(type: Type): string[] {
  return type.kind === 'parameter' ? [type.name] : partsOf(type).flatMap(parametersOf);
}

function constantType(value: Value): Type {
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (value === null) return NULL;
  if (isInt(value)) return INT;
  if (typeof value === 'number' || value instanceof Double) return DOUBLE;
  if (value instanceof Uint) return UINT;
  if (value instanceof Uint8Array) return BYTES;
  if (value instanceof Timestamp) return TIMESTAMP;
  return value instanceof Duration ? DURATION : DYN;
}

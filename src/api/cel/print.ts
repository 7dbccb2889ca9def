import type { CallNode, ComprehensionNode, Node } from './ast.ts';
import { quoteText } from './format.ts';
import { Double, isInt, Uint, type Value } from './values.ts';

const BINARY: ReadonlyMap<string, string> = new Map([
  ...['||', '&&', '<', '<=', '>', '>=', '==', '!=', '+', '-', '*', '/', '%'].map(
    (operator) => [`_${operator}_`, operator] as const,
  ),
  ['@in', 'in'],
]);

/** Prints an expression that parses to the same tree. Macros are printed as they were written. */
export function print(node: Node): string {
  switch (node.kind) {
    case 'const':
      return printValue(node.value);
    case 'ident':
      return node.name;
    case 'select': {
      const field = `${operand(node.operand)}.${node.field}`;
      return node.testOnly ? `has(${field})` : field;
    }
    case 'call':
      return printCall(node);
    case 'list': {
      const elements = node.elements.map((item, at) => (node.optional.has(at) ? '?' : '') + print(item));
      return `[${elements.join(', ')}]`;
    }
    case 'map': {
      const entries = node.entries.map(
        ({ key, value, optional }) => `${optional ? '?' : ''}${print(key)}: ${print(value)}`,
      );
      return `{${entries.join(', ')}}`;
    }
    case 'struct': {
      const fields = node.fields.map(
        ({ key, value, optional }) => `${optional ? '?' : ''}${key}: ${print(value)}`,
      );
      return `${node.name}{${fields.join(', ')}}`;
    }
    case 'comprehension':
      return printMacro(node);
  }
}

/** Omits the parentheses around an operand that needs none before a dot or a bracket. */
function operand(node: Node): string {
  const text = print(node);
  return node.kind === 'ident' || node.kind === 'select' || node.kind === 'comprehension'
    ? text
    : `(${text})`;
}

function list(nodes: readonly Node[]): string {
  return nodes.map(print).join(', ');
}

function printMacro({ macro: { name, target, args } }: ComprehensionNode): string {
  return target === undefined ? `${name}(${list(args)})` : `${operand(target)}.${name}(${list(args)})`;
}

function printCall({ name, target, args }: CallNode): string {
  const [first, second, third] = args;
  const operator = BINARY.get(name);
  if (first !== undefined && second !== undefined) {
    if (operator !== undefined) return `(${print(first)}) ${operator} (${print(second)})`;
    if (name === '_?_:_' && third !== undefined) {
      return `(${print(first)}) ? (${print(second)}) : (${print(third)})`;
    }
    if (name === '_[_]') return `${operand(first)}[${print(second)}]`;
    if (name === '_[?_]') return `${operand(first)}[?${print(second)}]`;
    if (name === '_?._' && second.kind === 'const') return `${operand(first)}.?${String(second.value)}`;
  }
  if (first !== undefined && (name === '!_' || name === '-_')) return `${name.charAt(0)}(${print(first)})`;
  return target === undefined ? `${name}(${list(args)})` : `${operand(target)}.${name}(${list(args)})`;
}

function printValue(value: Value): string {
  if (typeof value === 'string') return quoteText(value);
  if (value instanceof Uint8Array) {
    return `b"${Array.from(value, (octet) => `\\x${octet.toString(16).padStart(2, '0')}`).join('')}"`;
  }
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Double) return value.value.toExponential();
  if (isInt(value)) return String(value);
  return typeof value === 'number' ? value.toExponential() : String(value);
}

import type { Node } from './ast.ts';
import { compileRegex } from './regex.ts';
import type { Issue } from './source.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { CelError, type Value } from './values.ts';

type Reader = (text: string) => Value;

/** The functions whose literal arguments are checked before anything runs, and the argument that is checked. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['duration', parseDuration],
  ['timestamp', parseTimestamp],
  ['matches', compileRegex],
]);

/** Finds literals that can never become a value (cel-go `cel/validator.go`). */
export function checkLiterals(node: Node): readonly Issue[] {
  const issues: Issue[] = [];
  visit(node, (call) => {
    if (call.kind !== 'call') return;
    const reader = READERS.get(call.name);
    const argument = call.args.at(-1);
    if (reader === undefined || argument?.kind !== 'const' || typeof argument.value !== 'string') return;
    if (reader(argument.value) instanceof CelError) {
      issues.push({ offset: argument.offset, message: `invalid ${call.name} argument` });
    }
  });
  return issues;
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const part of partsOf(node)) visit(part, see);
}

function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'const':
    case 'ident':
      return [];
    case 'select':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list':
      return node.elements;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return node.fields.map(({ value }) => value);
    case 'comprehension':
      return [node.range, node.init, node.condition, node.step, node.result];
  }
}

import { isRecord } from '../../base/isRecord.ts';
import { JsonPathError, parseSteps, type Step } from './parse.ts';

/** What a path finds in a value, in order; none where there is nothing. */
export type JsonPath = (value: unknown) => readonly unknown[];

/**
 * A path in the form of kubectl (client-go `util/jsonpath`): names, indexes, slices, wildcards, `..`, and filters like
 * `.status.conditions[?(@.type=="Ready")].status`. What is missing on the way finds nothing.
 * @throws JsonPathError where the text is no path
 */
export function compileJsonPath(text: string): JsonPath {
  const steps = parseSteps(text);
  return (value) => walk(steps, [value], value);
}

export { JsonPathError };

function walk(steps: readonly Step[], values: readonly unknown[], root: unknown): readonly unknown[] {
  let found = values;
  for (const step of steps) {
    if (found.length === 0) return found;
    found = found.flatMap((value) => follow(step, value, root));
  }
  return found;
}

function follow(step: Step, value: unknown, root: unknown): readonly unknown[] {
  switch (step.kind) {
    case 'names':
      return step.names.flatMap((name) =>
        isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : [],
      );
    case 'indexes':
      return step.indexes.flatMap((index) => elementAt(value, index));
    case 'slice':
      return Array.isArray(value) ? sliced(value, step) : [];
    case 'all':
      return childrenOf(value);
    case 'descendants':
      return [value, ...childrenOf(value).flatMap((child) => follow(step, child, root))];
    case 'filter':
      return childrenOf(value).filter((child) => {
        const [left] = walk(step.left, [child], root);
        if (step.operator === 'exists') return left !== undefined;
        const [right] = 'value' in step.right ? [step.right.value] : walk(step.right.steps, [child], root);
        return left !== undefined && right !== undefined && compare(left, step.operator, right);
      });
  }
}

function elementAt(value: unknown, index: number): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  const at = index < 0 ? value.length + index : index;
  return at >= 0 && at < value.length ? [value[at]] : [];
}

function sliced(
  list: readonly unknown[],
  { from, to, by }: { readonly from: number; readonly to: number | undefined; readonly by: number },
): readonly unknown[] {
  return list.slice(from, to).filter((_, at) => at % by === 0);
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

/** Values of different types are neither equal nor in any order. */
function compare(left: unknown, operator: string, right: unknown): boolean {
  if (typeof left !== typeof right || typeof left === 'object') return false;
  const [a, b] = [left as string | number | boolean, right as string | number | boolean];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

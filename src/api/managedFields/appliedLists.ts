import { ownProperty } from '../../base/ownProperty.ts';
import { elementText } from './fieldSet.ts';
import type { Schema } from '../schema/index.ts';
import type { ListShape, Shape } from '../schema/shape.ts';
import { partOf } from './compare.ts';

/**
 * What is wrong with the lists of a configuration whose items are owned one by one: each needs a key of its own
 * (structured-merge-diff `typed/validate.go`). Undefined where nothing is; several faults are told in several lines.
 */
export function appliedListsProblem(schema: Schema, applied: unknown): string | undefined {
  const found: string[] = [];
  visit(schema.shape, applied, '', found);
  return found.length > 1 ? ['errors:', ...found.map((each) => `  ${each}`)].join('\n') : found[0];
}

function visit(shape: Shape, value: unknown, path: string, found: string[]): void {
  switch (shape.kind) {
    case 'leaf':
      return;
    case 'list':
      if (Array.isArray(value)) visitList(shape, value, path, found);
      return;
    default:
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      for (const [key, part] of Object.entries(value)) {
        const inner = partOf(shape, key);
        if (inner !== undefined) visit(inner, part, `${path}.${key}`, found);
      }
  }
}

function visitList(shape: ListShape, list: readonly unknown[], path: string, found: string[]): void {
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const why = keyProblem(shape, item);
    const element = shape.element(item);
    if (why !== undefined || element === undefined) {
      found.push(
        `${path}: element ${index}: ${why ?? 'associative list with keys has an element without any'}`,
      );
      return;
    }
    if (seen.has(element)) found.push(`${path}: duplicate entries for key ${elementText(element)}`);
    seen.add(element);
    visit(shape.items, item, path + elementText(element), found);
  });
}

function keyProblem({ keys, defaults }: ListShape, item: unknown): string | undefined {
  if (keys.length === 0) {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    if (typeof item !== 'object') return undefined;
    return Array.isArray(item)
      ? 'not supported: associative list with lists as elements'
      : "associative list without keys has an element that's a map type";
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (typeof item !== 'object' || Array.isArray(item)) {
    return 'associative list with keys may not have non-map elements';
  }
  const missing = keys.find(
    (key) =>
      ownProperty(item as Readonly<Record<string, unknown>>, key) === undefined &&
      ownProperty(defaults, key) === undefined,
  );
  return missing === undefined
    ? undefined
    : `associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`;
}

import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { stepsOf, type FieldStep } from './fieldPath.ts';

/** Zero-based, as the editor counts. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/**
 * Where a field of the API's messages stands in a text. What is not there is given at its deepest parent that is. Spans
 * are of keys, not of what is below.
 */
export function fieldSpan(root: Node, field: string, lines: LineCounter): Span {
  let node: unknown = root;
  let found: Node = firstKey(root) ?? root;
  const steps = stepsOf(field);
  for (let index = 0; index < steps.length;) {
    if (isMap(node)) {
      const next = pairOf(node, steps, index);
      if (next === undefined) break;
      if (isNode(next.pair.key)) found = next.pair.key;
      node = next.pair.value;
      index += next.taken;
    } else if (isSeq(node)) {
      const next = itemOf(node, steps[index]);
      if (next === undefined) break;
      node = next.item;
      found = firstKey(node) ?? next.item;
      index += next.taken;
    } else break;
  }
  return spanOf(found, lines);
}

export function spanOf(node: Node, lines: LineCounter): Span {
  const [from, to] = node.range ?? [0, 0];
  return { start: positionOf(from, lines), end: positionOf(to, lines) };
}

/** An offset as the editor counts lines and columns. */
export function positionOf(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line - 1, 0), column: Math.max(col - 1, 0) };
}

/** A key may hold dots, which some messages do not mark: the longest run of names that is a key is taken. */
function pairOf(
  map: YAMLMap,
  steps: readonly FieldStep[],
  from: number,
): { readonly pair: Pair; readonly taken: number } | undefined {
  const names: string[] = [];
  for (const step of steps.slice(from)) {
    if (step.kind !== 'name') break;
    names.push(step.name);
  }
  for (let taken = names.length; taken > 0; taken--) {
    const key = names.slice(0, taken).join('.');
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair !== undefined) return { pair, taken };
  }
  return undefined;
}

/** Go's decoder leaves indices out: then the first item that has the field is meant. */
function itemOf(
  list: YAMLSeq,
  step: FieldStep | undefined,
): { readonly item: Node; readonly taken: number } | undefined {
  const items = list.items.filter((item) => isNode(item));
  switch (step?.kind) {
    case 'name': {
      const item = /^\d+$/.test(step.name) ? items[Number(step.name)] : undefined;
      if (item !== undefined) return { item, taken: 1 };
      const having = items.find((candidate) => isMap(candidate) && candidate.has(step.name));
      return having === undefined ? undefined : { item: having, taken: 0 };
    }
    case 'keys': {
      const keys = Object.entries(step.keys);
      const item = items.find(
        (candidate) =>
          isMap(candidate) && keys.every(([key, value]) => sameScalar(candidate.get(key), value)),
      );
      return item === undefined ? undefined : { item, taken: 1 };
    }
    case 'value': {
      const item = items.find((candidate) => isScalar(candidate) && candidate.value === step.value);
      return item === undefined ? undefined : { item, taken: 1 };
    }
    case undefined:
      return undefined;
  }
}

/** A key with a default may be missing in the text. */
function sameScalar(written: unknown, value: unknown): boolean {
  return written === undefined || written === value;
}

function firstKey(node: unknown): Node | undefined {
  const key = isMap(node) ? node.items[0]?.key : undefined;
  return isNode(key) ? key : undefined;
}

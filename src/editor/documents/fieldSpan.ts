import { isMap, isNode, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

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
 * Where a field of the API's messages stands in a text: `spec.containers[0].name`, `metadata.labels[app]`,
 * `.spec.replica`. What is not there is given at its deepest parent that is. Spans are of keys, not of what is below.
 */
export function fieldSpan(root: Node, field: string, lines: LineCounter): Span {
  let node: unknown = root;
  let found: Node = firstKey(root) ?? root;
  for (const step of stepsOf(field)) {
    const next: Pair | undefined = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step)
      : undefined;
    if (next !== undefined) {
      if (isNode(next.key)) found = next.key;
      node = next.value;
    } else if (isSeq(node) && isNode(node.items[Number(step)])) {
      node = node.items[Number(step)];
      found = firstKey(node) ?? (node as Node);
    } else break;
  }
  const [from, to] = found.range ?? [0, 0];
  return { start: positionOf(from, lines), end: positionOf(to, lines) };
}

/** The path's names, indices and keys. Keys of selected list items (`[name="web"]`) have no meaning here. */
export function stepsOf(field: string): readonly string[] {
  return [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, key]) => key ?? whole);
}

function positionOf(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line - 1, 0), column: Math.max(col - 1, 0) };
}

function firstKey(node: unknown): Node | undefined {
  const key = isMap(node) ? node.items[0]?.key : undefined;
  return isNode(key) ? key : undefined;
}

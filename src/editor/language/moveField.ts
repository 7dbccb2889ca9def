import { isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';

export interface TextChange {
  /** Offsets in the text. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The changes that move a field of an object in block style to the end of another map of it, with its lines indented as
 * the others there. Undefined where the place is not written yet, or one of them is in flow style.
 */
export function moveField(
  text: string,
  root: Node,
  keyOffset: number,
  to: readonly (string | number)[],
): readonly TextChange[] | undefined {
  const moved = findPair(root, keyOffset);
  const target = mapAt(root, to);
  const last = target?.items.at(-1);
  if (moved === undefined || target === undefined || target.flow === true || last === undefined)
    return undefined;
  const lines = linesOf(text, moved.pair);
  const end = linesOf(text, last);
  if (lines === undefined || end === undefined || moved.map.flow === true || moved.map.items.length === 1)
    return undefined;
  const indentNow = columnOf(text, keyOffset);
  const [first] = target.items;
  const indentThen = isNode(first?.key) ? columnOf(text, first.key.range?.[0] ?? 0) : indentNow;
  const block = text
    .slice(lines.from, lines.to)
    .split('\n')
    .map((line) => (line.trim() === '' ? line : ' '.repeat(indentThen) + line.slice(indentNow)))
    .join('\n');
  const put = block.endsWith('\n') ? block : `${block}\n`;
  const needsBreak = end.to > 0 && text[end.to - 1] !== '\n';
  return [
    { from: lines.from, to: lines.to, text: '' },
    { from: end.to, to: end.to, text: needsBreak ? `\n${put}` : put },
  ];
}

function findPair(node: unknown, keyOffset: number): { map: YAMLMap; pair: Pair } | undefined {
  if (isMap(node)) {
    for (const pair of node.items) {
      if (isNode(pair.key) && pair.key.range?.[0] === keyOffset) return { map: node, pair };
      const inside = findPair(pair.value, keyOffset);
      if (inside !== undefined) return inside;
    }
  } else if (isSeq(node)) {
    for (const item of node.items) {
      const inside = findPair(item, keyOffset);
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
}

function mapAt(root: Node, path: readonly (string | number)[]): YAMLMap | undefined {
  let node: unknown = root;
  for (const step of path) {
    if (isMap(node)) node = node.items.find(({ key }) => isScalar(key) && key.value === step)?.value;
    else if (isSeq(node)) node = node.items[Number(step)];
    else return undefined;
  }
  return isMap(node) ? node : undefined;
}

/** The whole lines of a pair, without those of comments and blanks after it; undefined where it shares its first one. */
function linesOf(text: string, { key, value }: Pair): { from: number; to: number } | undefined {
  if (!isNode(key) || key.range === null || key.range === undefined) return undefined;
  const from = text.lastIndexOf('\n', key.range[0] - 1) + 1;
  if (text.slice(from, key.range[0]).trim() !== '') return undefined;
  const end = endOf(value) ?? key.range[1];
  const lineEnd = text.indexOf('\n', Math.max(end - 1, key.range[1]));
  return { from, to: lineEnd < 0 ? text.length : lineEnd + 1 };
}

/** Where the value itself ends: a block's range goes on over the blank lines behind it. */
function endOf(value: unknown): number | undefined {
  if (isMap(value) && value.flow !== true) {
    const last = value.items.at(-1);
    return last === undefined
      ? undefined
      : (endOf(last.value) ?? (isNode(last.key) ? last.key.range?.[1] : undefined));
  }
  if (isSeq(value) && value.flow !== true) return endOf(value.items.at(-1));
  return isNode(value) ? value.range?.[1] : undefined;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

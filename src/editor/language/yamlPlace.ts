/** Where somebody types in a YAML text that may not be whole yet, found by the indentation of its lines. */
export interface YamlPlace {
  /** Fields and items from the root of the document down to the map that is typed in; which item is not told: 0. */
  readonly path: readonly (string | number)[];
  /** The key whose value is typed; missing where a key is. */
  readonly key?: string;
  /** What is typed of it so far. */
  readonly typed: string;
  /** Column of the keys of that map. */
  readonly indent: number;
  /** Keys that the map has already. */
  readonly siblings: ReadonlySet<string>;
  readonly apiVersion: string;
  readonly kind: string;
}

interface Line {
  /** Column of each `-` in front of the key. */
  readonly dashes: readonly number[];
  /** Column of what comes after spaces and dashes. */
  readonly column: number;
  readonly key: string | undefined;
}

const KEY = /^(?:"([^"]*)"|'([^']*)'|([^\s"'#:{}[\],&*!|>%@`-][^#:]*?|-[^\s#:][^#:]*?))\s*:(?=\s|$)/;

/** Undefined where neither a key nor a value is typed: in a comment, in a flow collection, in the midst of a text. */
export function yamlPlace(lines: readonly string[], line: number, column: number): YamlPlace | undefined {
  const before = (lines[line] ?? '').slice(0, column);
  const [, lead = '', rest = ''] = /^((?:\s*-\s+)*\s*)(.*)$/.exec(before) ?? [];
  const value = KEY.exec(rest);
  const typed = value === null ? rest : rest.slice(value[0].length).trimStart();
  if (!/^[\w./$-]*$/.test(typed) || (value === null && lead.includes('\t'))) return undefined;
  const key = value === null ? undefined : (value[1] ?? value[2] ?? value[3] ?? '');
  const indent = lead.length;
  const [from, to] = documentAround(lines, line);
  const text = lines.slice(from, to).join('\n');
  return {
    path: pathTo(lines, from, line, lead),
    ...(key === undefined ? {} : { key }),
    typed,
    indent,
    siblings: siblingsOf(lines, lead.includes('-') ? line : from, to, line, indent),
    apiVersion: /^apiVersion:\s*["']?([\w./-]+)/m.exec(text)?.[1] ?? '',
    kind: /^kind:\s*["']?(\w+)/m.exec(text)?.[1] ?? '',
  };
}

function documentAround(lines: readonly string[], line: number): readonly [number, number] {
  const isEnd = (text: string | undefined): boolean => text?.startsWith('---') === true;
  let from = line;
  while (from > 0 && !isEnd(lines[from - 1])) from--;
  let to = line + 1;
  while (to < lines.length && !isEnd(lines[to])) to++;
  return [from, to];
}

function readLine(text: string | undefined): Line | undefined {
  if (text === undefined || /^\s*(#|$)/.test(text)) return undefined;
  const [lead = ''] = /^(?:\s*-\s+)*\s*/.exec(text) ?? [];
  const dashes = [...lead.matchAll(/-/g)].map(({ index }) => index);
  const found = KEY.exec(text.slice(lead.length));
  return {
    dashes,
    column: lead.length,
    key: found === null ? undefined : (found[1] ?? found[2] ?? found[3]),
  };
}

/** Climbs from a line to the root: what is less indented is above it. */
function pathTo(
  lines: readonly string[],
  from: number,
  line: number,
  lead: string,
): readonly (string | number)[] {
  const path: (string | number)[] = [];
  const at: { column: number; inList: boolean } = { column: lead.length, inList: false };
  const leaveItems = (dashes: readonly number[]): void => {
    for (const dash of dashes.toReversed()) {
      if (dash >= at.column) continue;
      path.unshift(0);
      at.column = dash;
      at.inList = true;
    }
  };
  leaveItems([...lead.matchAll(/-/g)].map(({ index }) => index));
  for (let number = line - 1; number >= from && (at.column > 0 || at.inList); number--) {
    const above = readLine(lines[number]);
    if (above?.key === undefined) continue;
    const isParent =
      above.column < at.column || (at.inList && above.column === at.column && above.dashes.length === 0);
    if (isParent) {
      path.unshift(above.key);
      at.column = above.column;
      at.inList = false;
      leaveItems(above.dashes);
    } else if (above.column === at.column && !at.inList && above.dashes.length > 0) {
      // The first key of the item that this one is in.
      leaveItems(above.dashes);
    }
  }
  return path;
}

function siblingsOf(
  lines: readonly string[],
  from: number,
  to: number,
  line: number,
  indent: number,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = line - 1; at >= from; at--) {
    const above = readLine(lines[at]);
    if (above === undefined) continue;
    if (above.column < indent) break;
    if (above.column === indent && above.key !== undefined) found.add(above.key);
    if (above.column === indent && above.dashes.length > 0) break;
  }
  for (let at = line + 1; at < to; at++) {
    const below = readLine(lines[at]);
    if (below === undefined) continue;
    if (below.column < indent || below.dashes.some((dash) => dash < indent)) break;
    if (below.column === indent && below.key !== undefined) found.add(below.key);
  }
  return found;
}

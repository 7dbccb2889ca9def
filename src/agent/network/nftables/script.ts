import { TABLE } from './base.ts';
import type { RulesetChange } from './ruleset.ts';

/**
 * A change as one nft transaction. Chains that go are only emptied here and named in `garbage`: kernels before 6.x
 * refuse to delete a chain in the transaction that takes it out of a verdict map, so the next one deletes it.
 */
export function scriptOf(changes: readonly RulesetChange[], garbage: Iterable<string> = []): string {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  for (const chain of garbage) say(`delete chain ${TABLE} ${chain}`);
  for (const change of changes) {
    for (const chain of change.rules.keys()) say(`add chain ${TABLE} ${chain}`);
    for (const chain of change.flushed) say(`flush chain ${TABLE} ${chain}`);
    for (const [map, keys] of groupByMap(change.removedElements.map(({ map, key }) => [map, key]))) {
      say(`delete element ${TABLE} ${map} { ${keys.join(', ')} }`);
    }
    for (const set of change.removedSets) say(`delete set ${TABLE} ${set}`);
    for (const [set, definition] of change.addedSets) say(`add set ${TABLE} ${set} { ${definition} }`);
  }
  for (const { rules } of changes) {
    for (const [chain, list] of rules) for (const rule of list) say(`add rule ${TABLE} ${chain} ${rule}`);
  }
  for (const { addedElements } of changes) {
    const texts = addedElements.map(
      ({ map, key, verdict }) => [map, verdict === '' ? key : `${key} : ${verdict}`] as const,
    );
    for (const [map, keys] of groupByMap(texts)) say(`add element ${TABLE} ${map} { ${keys.join(', ')} }`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function groupByMap(pairs: readonly (readonly [map: string, text: string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [map, text] of pairs) {
    const group = groups.get(map);
    if (group === undefined) groups.set(map, [text]);
    else group.push(text);
  }
  return groups;
}

/** Completion indexes as text: sorted, runs of three and more joined, for example `0,2-5,9`. */
export type IndexRange = readonly [first: number, last: number];

/**
 * Reads the text of a status or policy: numbers below `limit`, rising. Answers undefined where it is malformed; what is
 * wrong with it says `problemOfIndexes`.
 */
export function parseIndexes(text: string, limit: number): IndexRange[] | undefined {
  const read = readIndexes(text, limit);
  return typeof read === 'string' ? undefined : read;
}

/** What upstream says of a malformed text (batch validation `validateIndexesFormat`); undefined where it is well-formed. */
export function problemOfIndexes(text: string, limit: number): string | undefined {
  const read = readIndexes(text, limit);
  return typeof read === 'string' ? read : undefined;
}

function readIndexes(text: string, limit: number): IndexRange[] | string {
  if (text === '') return [];
  const ranges: IndexRange[] = [];
  for (const part of text.split(',')) {
    const range = readRange(part, limit);
    if (typeof range === 'string') return range;
    const before = ranges.at(-1)?.[1];
    if (before !== undefined && before >= range[0]) return notRising(before, range[0]);
    ranges.push(range);
  }
  return ranges;
}

function readRange(part: string, limit: number): IndexRange | string {
  const ends = part.split('-');
  if (ends.length > 2) {
    return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const numbers: number[] = [];
  for (const end of ends) {
    if (!/^\+?\d{1,18}$/.test(end))
      return `cannot convert string to integer for index: ${JSON.stringify(end)}`;
    if (Number(end) >= limit) return `too large index: ${JSON.stringify(end)}`;
    numbers.push(Number(end));
  }
  const [first = 0, last] = numbers;
  if (last !== undefined && first >= last) return notRising(first, last);
  return [first, last ?? first];
}

const notRising = (before: number, now: number): string =>
  `non-increasing order, previous: ${before}, current: ${now}`;

/** How many indexes the ranges hold. */
export function countIndexes(ranges: readonly IndexRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The text of a set of indexes, the way back of `parseIndexes`. */
export function formatIndexes(indexes: Iterable<number>): string {
  const ranges: [number, number][] = [];
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges
    .map(([first, last]) => {
      if (first === last) return String(first);
      return `${first}${last === first + 1 ? ',' : '-'}${last}`;
    })
    .join(',');
}

/** The indexes themselves. */
export function indexesIn(ranges: readonly IndexRange[]): Set<number> {
  const indexes = new Set<number>();
  for (const [first, last] of ranges) for (let index = first; index <= last; index += 1) indexes.add(index);
  return indexes;
}

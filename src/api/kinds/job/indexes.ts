/** Completion indexes as text: sorted, runs of three and more joined, for example `0,2-5,9`. */
export type IndexRange = readonly [first: number, last: number];

/**
 * Reads the text of a status or policy. Answers undefined where it is malformed: not sorted, overlapping, or not numbers
 * of at most `limit` (exclusive). Upstream `pkg/controller/job/indexed_job_utils.go`.
 */
export function parseIndexes(text: string, limit: number): IndexRange[] | undefined {
  const ranges: IndexRange[] = [];
  if (text === '') return ranges;
  let before = -1;
  for (const part of text.split(',')) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (first <= before || last < first || last >= limit || (match[2] !== undefined && last === first)) {
      return undefined;
    }
    ranges.push([first, last]);
    before = last;
  }
  return ranges;
}

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

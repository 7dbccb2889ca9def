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

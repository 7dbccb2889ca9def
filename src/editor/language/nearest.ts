const MOST = 3;

/**
 * The names that were most likely meant, nearest first: few letters away (a third of them at most), or the same but for
 * their case.
 */
export function nearest(written: string, names: Iterable<string>, within = 3): readonly string[] {
  const lower = written.toLowerCase();
  const allowed = Math.min(within, Math.max(1, Math.floor(written.length / 3)));
  return [...names]
    .map((name) => ({ name, distance: distance(lower, name.toLowerCase(), allowed) }))
    .filter((candidate) => candidate.distance <= allowed)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** Letters that are to be put in, taken away, changed or swapped with their neighbour; more than `limit` is Infinity. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? Infinity;
}

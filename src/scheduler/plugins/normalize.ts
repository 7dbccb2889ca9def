/** Brings scores to 0..100 by the highest of them; `reverse` turns them round (`plugins/helper/normalize_score.go`). */
export function normalizeByHighest(scores: Float64Array, reverse: boolean): void {
  const highest = scores.reduce((max, score) => Math.max(max, score), 0);
  if (highest === 0) {
    if (reverse) scores.fill(100);
    return;
  }
  for (const [i, score] of scores.entries()) {
    const scaled = Math.trunc((100 * score) / highest);
    scores[i] = reverse ? 100 - scaled : scaled;
  }
}

/** As many calls of the file system as threads and disk can do something with. */
const AT_ONCE = 16;

/** Does something for each, some at a time, and gives what came of it in the same order. Rejects with the first failure. */
export async function inBatches<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return results;
}

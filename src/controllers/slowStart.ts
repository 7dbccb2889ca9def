/**
 * Does the same work `count` times in batches of 1, 2, 4, …, so that what cannot succeed is found out with few tries.
 * After a batch with a failure no further one is begun. Returns the first error, undefined for none.
 */
export async function inSlowStartBatches(count: number, work: () => Promise<void>): Promise<unknown> {
  let remaining = count;
  for (let size = 1; remaining > 0; size *= 2) {
    const batch = Math.min(size, remaining);
    const outcomes = await Promise.allSettled(Array.from({ length: batch }, work));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) return failed.reason;
    remaining -= batch;
  }
  return undefined;
}

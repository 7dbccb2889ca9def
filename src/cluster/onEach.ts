import type { Machine } from './machines/contract.ts';

/**
 * Does something to all machines at the same time, and waits for all: nothing is under way any more when it resolves or
 * rejects. Rejects with what failed; of several, all of it is told.
 */
export async function onEach(
  machines: readonly Machine[],
  what: (machine: Machine) => Promise<unknown>,
): Promise<void> {
  const outcomes = await Promise.allSettled(machines.map(what));
  const failures = outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    const reason: unknown = outcome.reason;
    return [reason instanceof Error ? reason : new Error(String(reason))];
  });
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new Error([...new Set(failures.map(({ message }) => message))].join('; '), { cause: first });
}

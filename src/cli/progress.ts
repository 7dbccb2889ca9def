import type { Progress } from '../cluster/machines/contract.ts';

/**
 * Prints every step on a line of its own, with the time since the start and the machine it is about. `ask` has what
 * tools want to know answered.
 */
export function lineProgress(
  write: (line: string) => void,
  now: () => number,
  ask?: NonNullable<Progress['ask']>,
): Progress {
  const start = now();
  const last = new Map<string, string>();
  return {
    ...(ask === undefined ? {} : { ask }),
    report({ machine, message }) {
      if (last.get(machine) === message) return;
      last.set(machine, message);
      const seconds = ((now() - start) / 1000).toFixed(1).padStart(5);
      write(`${seconds} s  ${machine === '' ? '' : `${machine}: `}${message}`);
    },
  };
}

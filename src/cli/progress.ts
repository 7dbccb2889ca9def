import type { Progress } from '../cluster/machines/contract.ts';

/** Prints every step on a line of its own, with the time since the start and the machine it is about. */
export function lineProgress(write: (line: string) => void, now: () => number): Progress {
  const start = now();
  const last = new Map<string, string>();
  return {
    report({ machine, message }) {
      if (last.get(machine) === message) return;
      last.set(machine, message);
      const seconds = ((now() - start) / 1000).toFixed(1).padStart(5);
      write(`${seconds} s  ${machine === '' ? '' : `${machine}: `}${message}`);
    },
  };
}

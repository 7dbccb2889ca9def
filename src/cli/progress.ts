import type { Progress } from '../cluster/machines/contract.ts';

/**
 * Prints every step on a line of its own, with the time since the start and the machine it is about; of one that takes
 * long, every tenth of it. `ask` has what tools want to know answered.
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
    report({ machine, message, fraction = 0 }) {
      const tenths = Math.floor(fraction * 10);
      const text = tenths === 0 ? message : `${message} ${tenths * 10}%`;
      if (last.get(machine) === text) return;
      last.set(machine, text);
      const seconds = ((now() - start) / 1000).toFixed(1).padStart(5);
      write(`${seconds} s  ${machine === '' ? '' : `${machine}: `}${text}`);
    },
  };
}

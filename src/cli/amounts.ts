import { InvalidArgumentError, type Command } from 'commander';
import { quantityValue, tryParseQuantity } from '../api/quantity.ts';
import type { NodeSize } from '../cluster/nodeSize.ts';
import { wholeNumber } from './numbers.ts';

/** A parser for amounts of bytes as Kubernetes writes them: `2Gi`, `1536Mi`, `500M`. */
export function bytesOf(text: string): number {
  if (text.trim() !== '' && tryParseQuantity(text) !== undefined) {
    const bytes = quantityValue(text);
    // A number without a unit is a slip: nobody means 2 bytes.
    if (bytes >= 2 ** 20) return bytes;
  }
  throw new InvalidArgumentError('It must be an amount such as 2Gi or 1536Mi.');
}

export interface SizeOptions {
  readonly cpus?: number;
  readonly memory?: number;
  readonly disk?: number;
}

const MAX_CPUS = 256;

/** Gives a command the options for the size of new machines. */
export function withSize(command: Command): Command {
  return command
    .option('--cpus <n>', 'CPUs of each machine (virtual ones have 2 by default)', wholeNumber(1, MAX_CPUS))
    .option('--memory <amount>', 'memory of each machine, such as 4Gi (virtual: 2Gi by default)', bytesOf)
    .option(
      '--disk <amount>',
      'disk of each virtual machine, such as 80Gi (by default the box has its own: 40Gi)',
      bytesOf,
    );
}

/** The same for a machine that is there. */
export function withNewSize(command: Command): Command {
  return command
    .option('--cpus <n>', 'how many CPUs it is to have', wholeNumber(1, MAX_CPUS))
    .option('--memory <amount>', 'how much memory it is to have, such as 4Gi', bytesOf);
}

export function sizeOf({ cpus, memory, disk }: SizeOptions): NodeSize {
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(disk === undefined ? {} : { diskBytes: disk }),
  };
}

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

/** Gives a command the options for the size of a machine. */
export function withSize(command: Command, options: { readonly disk: boolean }): Command {
  command
    .option(
      '--cpus <n>',
      'CPUs of each machine (of virtual ones: 2, where nothing is said)',
      wholeNumber(1, MAX_CPUS),
    )
    .option('--memory <amount>', 'memory of each machine, such as 4Gi (of virtual ones: 2Gi)', bytesOf);
  return options.disk
    ? command.option('--disk <amount>', 'disk of each virtual machine, such as 40Gi (else 20Gi)', bytesOf)
    : command;
}

export function sizeOf({ cpus, memory, disk }: SizeOptions): NodeSize {
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(disk === undefined ? {} : { diskBytes: disk }),
  };
}

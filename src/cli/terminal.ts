import type { Readable, Writable } from 'node:stream';
import type { MachineShell } from '../cluster/machines/contract.ts';

/** The terminal that the command runs in. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly errors: Writable;
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
}

/** Ctrl-D. */
const END_OF_INPUT = '\u0004';

const DEFAULT_SIZE = { columns: 80, rows: 24 };

export function sizeOfTerminal({ output }: Terminal): { readonly columns: number; readonly rows: number } {
  return {
    columns: output.columns ?? DEFAULT_SIZE.columns,
    rows: output.rows ?? DEFAULT_SIZE.rows,
  };
}

/**
 * Connects a shell with the terminal until it ends: every key goes to it (Ctrl-C too), and it follows the terminal's
 * size. Resolves with its exit code.
 */
export async function connectShell(shell: MachineShell, terminal: Terminal): Promise<number> {
  const { input, output } = terminal;
  const resize = (): void => {
    const { columns, rows } = sizeOfTerminal(terminal);
    shell.resize(columns, rows);
  };
  const isTerminal = input.isTTY === true;
  if (isTerminal) input.setRawMode?.(true);
  output.on('resize', resize);
  // A shell that ends closes its stream: what is typed after that is lost, as anywhere.
  shell.stream.on('error', () => undefined);
  // Its input is a terminal too, which has no end: what says so there is a key.
  const sayEnd = (): void => void shell.stream.write(END_OF_INPUT);
  input.once('end', sayEnd);
  input.pipe(shell.stream, { end: false });
  shell.stream.pipe(output, { end: false });
  try {
    return await shell.exited;
  } finally {
    input.off('end', sayEnd);
    input.unpipe(shell.stream);
    input.pause();
    output.off('resize', resize);
    if (isTerminal) input.setRawMode?.(false);
  }
}

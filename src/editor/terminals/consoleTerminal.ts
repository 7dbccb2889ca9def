import { EventEmitter, type Pseudoterminal } from 'vscode';
import type { Machine, MachineProvider } from '../../cluster/machines/contract.ts';

/** The console of a machine, to be read: its last lines, then what comes, until the terminal is closed. */
export function consoleTerminal(provider: MachineProvider, machine: Machine): Pseudoterminal {
  const write = new EventEmitter<string>();
  const stop = new AbortController();
  const grey = (text: string): void => write.fire(`\x1b[90m${text}\x1b[0m\r\n`);
  const follow = async (): Promise<void> => {
    for await (const text of provider.console?.(machine, stop.signal) ?? []) {
      // A terminal needs both, and consoles send either.
      write.fire(text.replaceAll(/\r?\n/g, '\r\n'));
    }
  };
  return {
    onDidWrite: write.event,
    open() {
      grey(
        `Console of ${machine.name}. What is typed here goes nowhere: Open Node Shell types into the node.`,
      );
      follow().then(
        () => !stop.signal.aborted && grey('The console has ended.'),
        (error: unknown) => {
          if (!stop.signal.aborted) grey(error instanceof Error ? error.message : String(error));
        },
      );
    },
    close() {
      stop.abort();
      write.dispose();
    },
  };
}

import { EventEmitter, type Pseudoterminal, type TerminalDimensions } from 'vscode';
import type { Machine, MachineProvider, MachineShell } from '../../cluster/machines/contract.ts';

/** A shell on a node's machine, as the provider gives it. */
export function shellTerminal(provider: MachineProvider, machine: Machine): Pseudoterminal {
  const write = new EventEmitter<string>();
  const close = new EventEmitter<number>();
  let shell: MachineShell | undefined;
  /** Typed before the shell is there. */
  const early: string[] = [];
  let size: TerminalDimensions = { columns: 80, rows: 24 };
  return {
    onDidWrite: write.event,
    onDidClose: close.event,
    open(dimensions) {
      size = dimensions ?? size;
      provider.shell(machine, size).then(
        (opened) => {
          shell = opened;
          opened.stream.setEncoding('utf8').on('data', (text: string) => write.fire(text));
          opened.resize(size.columns, size.rows);
          for (const data of early.splice(0)) opened.stream.write(data);
          void opened.exited.then((code) => close.fire(code));
        },
        (error: unknown) => {
          write.fire(`${error instanceof Error ? error.message : String(error)}\r\n`);
          close.fire(1);
        },
      );
    },
    handleInput(data) {
      if (shell === undefined) early.push(data);
      else shell.stream.write(data);
    },
    setDimensions(dimensions) {
      size = dimensions;
      shell?.resize(size.columns, size.rows);
    },
    close() {
      shell?.stream.destroy();
      write.dispose();
      close.dispose();
    },
  };
}

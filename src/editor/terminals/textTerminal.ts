import { EventEmitter, type Pseudoterminal } from 'vscode';

/** A text that is read once, in a terminal: where others of its kind are followed, it stands beside them. */
export function textTerminal(read: (signal: AbortSignal) => Promise<string>): Pseudoterminal {
  const write = new EventEmitter<string>();
  const stop = new AbortController();
  return {
    onDidWrite: write.event,
    open() {
      read(stop.signal).then(
        (text) => write.fire(text),
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          if (!stop.signal.aborted) write.fire(`\x1b[31m${message}\x1b[0m\r\n`);
        },
      );
    },
    close() {
      stop.abort();
      write.dispose();
    },
  };
}

import { EventEmitter, type Pseudoterminal, type TerminalDimensions } from 'vscode';
import { openExec, type ExecSession } from '../../client/exec.ts';
import type { PickedContainer } from '../commands/pickPod.ts';

/** The best shell that the container has. */
const SHELL = ['sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'];

/** An interactive shell in a container, over the API's exec subresource like kubectl's. */
export function execTerminal({ session, pod, container }: PickedContainer): Pseudoterminal {
  const write = new EventEmitter<string>();
  const close = new EventEmitter<number>();
  let exec: ExecSession | undefined;
  let size: TerminalDimensions = { columns: 80, rows: 24 };
  const { name, namespace } = pod.metadata;
  return {
    onDidWrite: write.event,
    onDidClose: close.event,
    open(dimensions) {
      size = dimensions ?? size;
      const decoder = new TextDecoder();
      exec = openExec(session.context.client, {
        namespace,
        pod: name,
        container,
        command: SHELL,
        tty: true,
        stdin: true,
        onOutput: (chunk) => write.fire(decoder.decode(chunk, { stream: true })),
      });
      exec.resize(size.columns, size.rows);
      exec.ended.then(
        (code) => close.fire(code),
        (error: unknown) => {
          write.fire(`\x1b[31m${error instanceof Error ? error.message : String(error)}\x1b[0m\r\n`);
          close.fire(1);
        },
      );
    },
    handleInput: (data) => exec?.write(data),
    setDimensions(dimensions) {
      size = dimensions;
      exec?.resize(size.columns, size.rows);
    },
    close() {
      exec?.dispose();
      write.dispose();
      close.dispose();
    },
  };
}

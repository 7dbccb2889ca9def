import { EventEmitter, type Pseudoterminal } from 'vscode';
import { pathOf } from '../../api/resource.ts';
import { pods } from '../../api/resources.ts';
import type { PickedContainer } from '../commands/pickPod.ts';

const TAIL_LINES = 500;

/** The log of a container, followed; it goes on where a restarted container's log goes on. */
export function logTerminal({ session, pod, container }: PickedContainer): Pseudoterminal {
  const write = new EventEmitter<string>();
  const stop = new AbortController();
  const { name, namespace } = pod.metadata;
  const query = new URLSearchParams({ container, follow: 'true', tailLines: String(TAIL_LINES) });
  const path = `${pathOf(pods, { namespace, name, subresource: 'log' })}?${query.toString()}`;
  const follow = async (): Promise<void> => {
    const signal = AbortSignal.any([stop.signal, session.signal]);
    const response = await session.client.raw('GET', path, { signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body) write.fire(crlf(decoder.decode(chunk, { stream: true })));
    write.fire('\x1b[2m— the log has ended —\x1b[0m\r\n');
  };
  return {
    onDidWrite: write.event,
    open() {
      follow().catch((error: unknown) => {
        if (!stop.signal.aborted)
          write.fire(`\x1b[31m${error instanceof Error ? error.message : String(error)}\x1b[0m\r\n`);
      });
    },
    close() {
      stop.abort();
      write.dispose();
    },
  };
}

/** Terminals want a carriage return before each line feed. */
function crlf(text: string): string {
  return text.replaceAll(/\r?\n/g, '\r\n');
}

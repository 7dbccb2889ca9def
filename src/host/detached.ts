import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * Starts a Node program that outlives this process: its output goes to `log`, `input` is its first message, and its
 * own first message is the result (undefined where it ended without one). Aborting ends it as long as it has not
 * answered, and rejects once it is gone.
 */
export async function startDetached(options: {
  readonly entry: string;
  readonly input: object;
  readonly log: string;
  readonly signal: AbortSignal;
  /** Whether the program goes on after this answer; where it does not, its end is awaited too. */
  readonly goesOn: (answer: unknown) => boolean;
}): Promise<unknown> {
  options.signal.throwIfAborted();
  const log = openSync(options.log, 'a', 0o600);
  const child = fork(options.entry, [], { detached: true, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const abort = (): void => void child.kill('SIGTERM');
  options.signal.addEventListener('abort', abort, { once: true });
  try {
    child.send(options.input);
    const answer = await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', () => resolve(undefined));
    });
    // Its results may be undone only after it has ended.
    if (options.signal.aborted || !options.goesOn(answer)) await exited;
    options.signal.throwIfAborted();
    return answer;
  } finally {
    options.signal.removeEventListener('abort', abort);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

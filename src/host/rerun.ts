import { spawn } from 'node:child_process';

/**
 * Runs a program in the place of this one, on the same terminal, to its end: its exit code, 1 where a signal ended it.
 * Aborting asks it to end. Rejects where it cannot be started.
 */
export function rerun(command: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: 'inherit' });
    const end = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code ?? 1);
    });
  });
}

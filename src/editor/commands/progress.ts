import { ProgressLocation, window, type OutputChannel } from 'vscode';
import type { Progress } from '../../cluster/machines/contract.ts';

/** The user cancelled it. The message says how things stand now. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * Runs long work with its steps in a notification (cancellable) and in the log, per machine. Rejects with Cancelled
 * where the user cancelled it; `left` says what that leaves.
 */
export function withProgress(
  title: string,
  output: OutputChannel,
  work: (progress: Progress, signal: AbortSignal) => Promise<void>,
  left = '',
): Thenable<void> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (report, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      const machines = new Map<string, string>();
      try {
        await work(
          {
            report({ machine, message }) {
              if (machines.get(machine) === message) return;
              machines.set(machine, message);
              output.appendLine(`${title}: ${machine === '' ? '' : `${machine}: `}${message}`);
              const each = [...machines].map(([name, text]) => (name === '' ? text : `${name}: ${text}`));
              report.report({ message: each.join(' · ') });
            },
          },
          abort.signal,
        );
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        throw new Cancelled(`${title} was cancelled. ${left}`.trim(), { cause: error });
      } finally {
        subscription.dispose();
      }
    },
  );
}

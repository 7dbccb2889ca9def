import { ProgressLocation, window, type OutputChannel } from 'vscode';
import type { Progress } from '../../cluster/machines/contract.ts';

/** Runs long work with its steps in a notification (cancellable) and in the log, per machine. */
export function withProgress(
  title: string,
  output: OutputChannel,
  work: (progress: Progress, signal: AbortSignal) => Promise<void>,
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
      } finally {
        subscription.dispose();
      }
    },
  );
}

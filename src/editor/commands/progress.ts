import { ProgressLocation, window } from 'vscode';
import type { Progress } from '../../cluster/machines/contract.ts';
import { askUser } from '../input/askUser.ts';
import { WorkCancelled } from '../model/runningWork.ts';
import { Work } from '../model/work.ts';
import type { CommandContext } from './command.ts';

export interface ProgressOptions {
  readonly title: string;
  /** The program that may ask the user something meanwhile: Vagrant, Docker. */
  readonly tool?: string;
  /** A sentence that tells what remains if the user cancels it. */
  readonly left?: string;
}

/**
 * Runs long work with its overall state in a notification (cancellable) and each step in the log, per machine; how each
 * machine stands is shown by the tree. Rejects with WorkCancelled where the user cancelled it.
 */
export function withProgress(
  { output, clock }: Pick<CommandContext, 'output' | 'clock'>,
  { title, tool = 'Wheelhouse', left = '' }: ProgressOptions,
  work: (progress: Progress, signal: AbortSignal) => Promise<void>,
): Thenable<void> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (shown, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      let message = '';
      const whole = new Work({
        title: '',
        clock,
        onChange: () => {
          if (whole.message === message) return;
          message = whole.message;
          shown.report({ message });
        },
      });
      try {
        await work(
          {
            report(step) {
              const before = step.machine === '' ? message : whole.stage(step.machine)?.message;
              if (before !== step.message) output.appendLine(logLine(title, step.machine, step.message));
              whole.report(step);
            },
            ask: (question) => askUser(tool, question),
          },
          abort.signal,
        );
      } catch (error) {
        if (!(error instanceof WorkCancelled) && !abort.signal.aborted) throw error;
        throw new WorkCancelled(`${title} was cancelled. ${left}`.trim(), { cause: error });
      } finally {
        subscription.dispose();
      }
    },
  );
}

function logLine(title: string, machine: string, message: string): string {
  return `${title}: ${machine === '' ? '' : `${machine}: `}${message}`;
}

import { commands } from 'vscode';
import type { PreflightProblem } from '../cluster/machines/contract.ts';
import type { ClusterModel } from './model/clusterModel.ts';

/**
 * Whether nodes can be containers here: asked when the view is shown and on Refresh, never by a timer. Decides which
 * welcome text is shown.
 */
export class Engine {
  readonly #model: ClusterModel;
  #problems: readonly PreflightProblem[] = [];

  constructor(model: ClusterModel) {
    this.#model = model;
  }

  /** What stands in the way, as of the last look. */
  get problems(): readonly PreflightProblem[] {
    return this.#problems;
  }

  async look(): Promise<void> {
    this.#problems = await this.#model.clusters.preflight('docker', new AbortController().signal);
    await commands.executeCommand(
      'setContext',
      'wheelhouse.engine',
      this.#problems.length === 0 ? 'ok' : 'missing',
    );
  }
}

/** `What is wrong. What to do.` */
export function problemText({ what, remedy }: PreflightProblem): string {
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}. ${remedy}`;
}

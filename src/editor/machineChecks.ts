import { commands } from 'vscode';
import type { PreflightProblem } from '../cluster/machines/contract.ts';
import type { MachinesKind } from '../cluster/profile.ts';
import type { ClusterModel } from './model/clusterModel.ts';

/** The obstacles to each kind of machines on this desktop. They are checked when they are shown, never by a timer. */
export class MachineChecks {
  readonly #model: ClusterModel;
  #engineProblems: readonly PreflightProblem[] = [];

  constructor(model: ClusterModel) {
    this.#model = model;
  }

  /** The obstacles to containers, as of the last check. */
  get engineProblems(): readonly PreflightProblem[] {
    return this.#engineProblems;
  }

  /**
   * Looks whether nodes can be containers, which decides the welcome text: it costs next to nothing. Virtual machines
   * are looked at where somebody wants some, for that runs programs.
   */
  async lookForEngine(): Promise<void> {
    this.#engineProblems = await this.problems('docker', new AbortController().signal);
    const state = this.#engineProblems.length === 0 ? 'ok' : 'missing';
    await commands.executeCommand('setContext', 'wheelhouse.engine', state);
  }

  /** A kind that cannot even be looked at has that as its problem. */
  async problems(kind: MachinesKind, signal: AbortSignal): Promise<readonly PreflightProblem[]> {
    try {
      return await this.#model.clusters.preflight(kind, signal);
    } catch (error) {
      return [{ what: error instanceof Error ? error.message : String(error), remedy: '' }];
    }
  }

  /** All in one line, '' where nothing stands in the way. */
  async describe(kind: MachinesKind, signal: AbortSignal): Promise<string> {
    return (await this.problems(kind, signal)).map(problemText).join(' ');
  }
}

/** `What is wrong. What to do.` */
export function problemText({ what, remedy }: PreflightProblem): string {
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  return remedy === '' ? sentence : `${sentence}. ${remedy}`;
}

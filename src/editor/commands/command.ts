import type { OutputChannel, Uri } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { MachineChecks } from '../machineChecks.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { KubeContexts } from '../model/contexts.ts';
import type { Comparisons } from '../documents/comparisons.ts';
import type { LiveObjects } from '../documents/liveObjects.ts';
import type { Manifests } from '../documents/manifests.ts';

/** What is asked of the desktop itself. */
export interface HostFacts {
  /** In bytes. */
  memory(): { readonly free: number; readonly total: number };
  /** What is installed of that with which Vagrant makes machines, by Vagrant's names. */
  vagrantProviders(signal: AbortSignal): Promise<readonly string[]>;
}

/** The user's own kubeconfig, which is changed only when the user asks for it. */
export interface OwnKubeconfig {
  /** Adds the contexts of another one. Resolves with the file that they are in now. */
  merge(other: string, use: boolean): Promise<string>;
  /** Takes a context out. False where it was not in there. */
  take(context: string): Promise<boolean>;
}

/** What commands act through. */
export interface CommandContext {
  readonly model: ClusterModel;
  readonly contexts: KubeContexts;
  readonly kubeconfig: OwnKubeconfig;
  readonly manifests: Manifests;
  readonly comparisons: Comparisons;
  readonly liveObjects: LiveObjects;
  readonly machineChecks: MachineChecks;
  readonly host: HostFacts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly extensionUri: Uri;
  readonly output: OutputChannel;
}

/**
 * One command: a file in this folder, a line in `index.ts` and a contribution in package.json. `run` gets what the
 * editor passes (a tree row, a lens's arguments, nothing from the palette) and asks for what is missing. What it
 * throws is shown to the user as it is.
 */
export interface EditorCommand {
  readonly id: `wheelhouse.${string}`;
  run(context: CommandContext, ...args: unknown[]): Promise<void>;
}

import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type {
  ControlPlaneLauncher,
  NodeAdmin,
  NodeAdminFactory,
  EarlierReports,
  OnAnswers,
  StoreFiles,
} from '../contract.ts';
import type { MachineProvider, Progress } from '../machines/contract.ts';
import type { HostEnvironment } from '../machines/hostEnvironment.ts';
import type { ClusterPaths } from '../paths.ts';
import type { ClusterProfile } from '../profile.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';

/** What the actions of one cluster's life share. Actions fill in what later ones need. */
export interface ActionContext {
  profile: ClusterProfile;
  readonly paths: ClusterPaths;
  readonly provider: MachineProvider;
  readonly launcher: ControlPlaneLauncher;
  readonly nodeAdmin: NodeAdminFactory;
  readonly store: StoreFiles;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Text of the bootstrap that machines start with. */
  readonly bootstrap: () => Promise<string>;
  /** Proxies and authorities of this desktop, for its nodes. */
  readonly environment: () => Promise<HostEnvironment>;
  controlPlane?: RunningControlPlane;
  /** Missing: nobody waits for it. */
  readonly onAnswers?: OnAnswers;
  admin?: NodeAdmin;
  /** What nodes told before their machines were started or woken. */
  earlierReports: EarlierReports;
  /** Nodes whose machines could not be made or started, and why: the others go on without them. */
  readonly failed: Map<string, Error>;
}

/** One step of a cluster's life. `undo` takes back what `run` did, also where it did half of it. */
export interface Action {
  readonly title: string;
  run(context: ActionContext): Promise<void>;
  undo?(context: ActionContext): Promise<void>;
}

/**
 * Runs actions in order. Where one fails or the signal aborts, all that ran (the failed one included) are undone in
 * reverse order, unless `retain` keeps what is there to look at; the first error is thrown.
 */
export async function runActions(
  actions: readonly Action[],
  context: ActionContext,
  options: { readonly retain?: boolean } = {},
): Promise<void> {
  const begun: Action[] = [];
  try {
    for (const action of actions) {
      context.signal.throwIfAborted();
      context.progress.report({ machine: '', message: action.title });
      begun.push(action);
      await action.run(context);
    }
  } catch (error) {
    if (options.retain !== true) await undoAll(begun, context);
    throw error;
  } finally {
    context.admin?.close();
  }
}

async function undoAll(begun: readonly Action[], context: ActionContext): Promise<void> {
  for (const action of [...begun].reverse()) {
    try {
      await action.undo?.(context);
    } catch (error) {
      context.logger.warn('an action could not be undone', { action: action.title, error });
    }
  }
}

/** The connection to the cluster's API, made at the first use. */
export async function adminOf(context: ActionContext): Promise<NodeAdmin> {
  context.admin ??= await context.nodeAdmin(context.paths);
  return context.admin;
}

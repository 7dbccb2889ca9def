import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { UserInfo } from '../api/request.ts';
import type { ServedResources } from '../api/servedResources.ts';
import { isConflict } from '../api/status.ts';
import type { Client } from '../client/contract.ts';
import { createEventRecorder } from '../client/eventWriter.ts';
import { createInformerFactory } from '../client/informerFactory.ts';
import type { InformerFactory } from '../client/informers.ts';
import { runAsLeader } from '../client/leaderElection.ts';
import { workOff, WorkQueue } from '../client/workQueue.ts';
import { CauseTracker } from './causes.ts';
import type { Controller, ControllerFactory } from '../client/controller.ts';

/** A line of the list of controllers. */
export interface ControllerEntry {
  readonly name: string;
  /** The service account in kube-system that it acts as, for example `deployment-controller`. */
  readonly account: string;
  /** True for one that acts as the manager itself: it may write every secret. */
  readonly asManager?: true;
  /** The reporter of its Events, where that is not the account. */
  readonly component?: string;
  readonly create: ControllerFactory;
}

export interface ManagerOptions {
  readonly controllers: readonly ControllerEntry[];
  /** The served kinds that the informers follow, if kinds come and go. Default: they do not change. */
  readonly resources?: ServedResources;
  /** A client that acts as the user. */
  readonly clientFor: (user: UserInfo) => Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Missing: this is the only manager, it leads without a Lease. */
  readonly leaderElection?: { readonly identity: string };
}

const MANAGER: UserInfo = {
  name: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
};

/** The user of a controller: the service account that upstream gives it with `--use-service-account-credentials`. */
export function controllerUser(account: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${account}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}

/**
 * Runs controllers over shared informers, each with a queue and workers of its own, until the signal aborts; returns
 * when every reconcile under way has ended.
 */
export async function runControllers(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { clientFor, clock, logger, leaderElection } = options;
  if (leaderElection === undefined) {
    await lead(options, signal);
    return;
  }
  const lease = { namespace: 'kube-system', name: 'kube-controller-manager' };
  await runAsLeader(
    { client: clientFor(MANAGER), clock, logger, lease, identity: leaderElection.identity },
    (term) => lead(options, term),
    signal,
  );
}

async function lead(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const { controllers, resources, clientFor, clock, logger } = options;
  const informers = createInformerFactory({ client: clientFor(MANAGER), clock, logger });
  // Before the controllers hear of a change what has gone is dropped; after they have, what they asked for is started.
  const changes = new DisposableStore();
  if (resources !== undefined) {
    changes.add(resources.onChange(({ removed }) => removed.forEach((resource) => informers.drop(resource))));
  }
  const runners = controllers.map((entry) => prepare(entry, options, informers));
  informers.start(signal);
  if (resources !== undefined) changes.add(resources.onChange(() => informers.start(signal)));
  try {
    await informers.whenSynced(signal);
    await Promise.all(runners.map((runner) => runner.run(signal)));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    changes.dispose();
    await informers.stopped();
    await Promise.all(runners.map((runner) => runner.stopped()));
  }
}

interface Runner {
  /** Works the queue off until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Lets go of what waits; resolves when the last Event is written or dropped. */
  stopped(): Promise<void>;
}

/** Builds one controller, which subscribes to the informers. */
function prepare(entry: ControllerEntry, options: ManagerOptions, informers: InformerFactory): Runner {
  const { clientFor, clock } = options;
  const logger = options.logger.with({ controller: entry.name });
  const causes = new CauseTracker(`${MANAGER.name} ${entry.name}`);
  const client = causes.client(clientFor(entry.asManager === true ? MANAGER : controllerUser(entry.account)));
  const queue = new WorkQueue({ clock });
  const events = createEventRecorder({ client, clock, logger, component: entry.component ?? entry.account });
  const controller: Controller = entry.create({
    client,
    informers: causes.informers(informers),
    events,
    clock,
    logger,
    enqueue(key, afterMs = 0) {
      causes.noteEnqueued(key);
      queue.addAfter(key, afterMs);
    },
  });
  const onError = (signal: AbortSignal) => (key: string, error: unknown) => {
    if (signal.aborted) return;
    if (isConflict(error)) logger.debug('changed meanwhile, trying again', { key });
    else logger.warn('reconcile failed', { key, error, retries: queue.retries(key) });
  };
  return {
    run: (signal) =>
      workOff(
        queue,
        controller.workers,
        (key) => causes.run(key, () => controller.reconcile(key, signal)),
        onError(signal),
        signal,
      ),
    async stopped() {
      queue.shutDown();
      await controller.stop?.();
      await events.flushed();
    },
  };
}

import { Emitter, type Event } from '../../base/events.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import { nodes } from '../../api/resources.ts';
import type { Node } from '../../api/types.ts';
import type { Machine } from '../../cluster/machines/contract.ts';
import type { ClusterLife } from './clusterEntry.ts';
import type { Watching } from './unhealthyObjects.ts';

/** How the machine of a node stands; `missing`: no machine has its name. */
export type MachineState = Machine['state'] | 'missing';

/** What it needs of a session. */
export interface WatchedCluster extends Watching {
  readonly cluster: string;
}

/**
 * How the machines of nodes stand that are not Ready: whether a node is only busy, or its machine is down. Machines are
 * asked for when a node becomes ready or ceases to be, never by a timer.
 */
export class MachineStates implements Disposable {
  readonly #clusters: Pick<ClusterLife, 'provider'>;
  readonly #changed = new Emitter<string>();
  readonly #states = new Map<string, ReadonlyMap<string, Machine['state']>>();
  readonly #looks = new Map<string, { again: boolean }>();

  constructor(clusters: Pick<ClusterLife, 'provider'>) {
    this.#clusters = clusters;
  }

  /** Something is known of the machines of this cluster that was not known before. */
  get onDidChange(): Event<string> {
    return this.#changed.event;
  }

  /** Undefined where nothing is known: nobody has looked, or the cluster is not one of ours. */
  get(cluster: string, node: string): MachineState | undefined {
    const states = this.#states.get(cluster);
    return states === undefined ? undefined : (states.get(node) ?? 'missing');
  }

  /** Follows the nodes of a cluster until the result is disposed. */
  follow(session: WatchedCluster): Disposable {
    const { cluster } = session;
    const store = new DisposableStore();
    store.add(
      toDisposable(() => {
        this.#states.delete(cluster);
        this.#changed.fire(cluster);
      }),
    );
    store.add(
      session.informer(nodes).addHandler({
        onAdd: (node) => {
          if (!isReady(node)) this.look(cluster);
        },
        onUpdate: (node, old) => {
          if (isReady(node) !== isReady(old)) this.look(cluster);
        },
      }),
    );
    return store;
  }

  /** Asks for the machines of a cluster; once more where it is asked meanwhile. */
  look(cluster: string): void {
    const under = this.#looks.get(cluster);
    if (under !== undefined) {
      under.again = true;
      return;
    }
    const look = { again: false };
    this.#looks.set(cluster, look);
    void this.#read(cluster).finally(() => {
      this.#looks.delete(cluster);
      if (look.again) this.look(cluster);
    });
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(cluster: string): Promise<void> {
    try {
      const provider = await this.#clusters.provider(cluster);
      const machines = await provider.list(cluster);
      this.#states.set(cluster, new Map(machines.map(({ name, state }) => [name, state])));
    } catch {
      // The provider cannot be asked, or there is none: the states are unknown.
      this.#states.delete(cluster);
    }
    this.#changed.fire(cluster);
  }
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

import { Emitter, type Event } from '../../base/events.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { deployments, nodes, pods } from '../../api/resources.ts';
import type { Informer } from '../../client/informer.ts';
import { isStuck, nodeState, podHealth } from './health.ts';

type Unhealthy = 'pod' | 'node' | 'rollout';

/** What it needs of a session. */
export interface Watching {
  informer<T extends KubeObject>(resource: Resource<T>): Pick<Informer<T>, 'addHandler'>;
}

/** Counts the pods, nodes and rollouts that are not well: with each event one object is looked at, never all. */
export class UnhealthyObjects implements Disposable {
  readonly #bad = new Map<string, Unhealthy>();
  readonly #changed = new Emitter<undefined>();

  get onDidChange(): Event<undefined> {
    return this.#changed.event;
  }

  /** Follows one cluster until the result is disposed. */
  follow(session: Watching): Disposable {
    const store = new DisposableStore();
    const own = new Set<string>();
    const note = (object: KubeObject, what: Unhealthy, bad: boolean): void => {
      const { uid } = object.metadata;
      if (this.#bad.has(uid) === bad) return;
      if (bad) {
        own.add(uid);
        this.#bad.set(uid, what);
      } else {
        own.delete(uid);
        this.#bad.delete(uid);
      }
      this.#changed.fire(undefined);
    };
    store.add(
      toDisposable(() => {
        for (const uid of own) this.#bad.delete(uid);
        this.#changed.fire(undefined);
      }),
    );
    const handler = <T extends KubeObject>(
      what: Unhealthy,
      isBad: (object: T) => boolean,
    ): Parameters<Informer<T>['addHandler']>[0] => ({
      onAdd: (object) => note(object, what, isBad(object)),
      onUpdate: (object) => note(object, what, isBad(object)),
      onDelete: (object) => note(object, what, false),
    });
    store.add(session.informer(pods).addHandler(handler('pod', (pod) => podHealth(pod) === 'bad')));
    store.add(
      session.informer(nodes).addHandler(handler('node', (node) => nodeState(node).health === 'bad')),
    );
    store.add(session.informer(deployments).addHandler(handler('rollout', isStuck)));
    return store;
  }

  get count(): number {
    return this.#bad.size;
  }

  /** `2 pods, 1 node and 1 rollout are not well`; '' where all is. */
  describe(): string {
    const number = (what: Unhealthy): string[] => {
      const count = [...this.#bad.values()].filter((bad) => bad === what).length;
      return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
    };
    const parts = [...number('pod'), ...number('node'), ...number('rollout')];
    if (parts.length === 0) return '';
    const text = [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '');
    return `${text.join(' and ')} ${this.#bad.size === 1 ? 'is' : 'are'} not well`;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

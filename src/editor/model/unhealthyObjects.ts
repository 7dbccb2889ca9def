import { Emitter, type Event } from '../../base/events.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { nodes, pods } from '../../api/resources.ts';
import type { Informer } from '../../client/informer.ts';
import { nodeState, podHealth } from './health.ts';

/** What it needs of a session. */
export interface Watching {
  informer<T extends KubeObject>(resource: Resource<T>): Pick<Informer<T>, 'addHandler'>;
}

/** Counts the pods and nodes that are not well: with each event one object is looked at, never all. */
export class UnhealthyObjects implements Disposable {
  readonly #bad = new Map<string, 'pod' | 'node'>();
  readonly #changed = new Emitter<undefined>();

  get onDidChange(): Event<undefined> {
    return this.#changed.event;
  }

  /** Follows one cluster until the result is disposed. */
  follow(session: Watching): Disposable {
    const store = new DisposableStore();
    const own = new Set<string>();
    const note = (object: KubeObject, what: 'pod' | 'node', bad: boolean): void => {
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
      what: 'pod' | 'node',
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
    return store;
  }

  get count(): number {
    return this.#bad.size;
  }

  /** `2 pods and 1 node are not well`; '' where all is. */
  describe(): string {
    const number = (what: 'pod' | 'node'): string[] => {
      const count = [...this.#bad.values()].filter((bad) => bad === what).length;
      return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
    };
    const parts = [...number('pod'), ...number('node')];
    if (parts.length === 0) return '';
    return `${parts.join(' and ')} ${this.#bad.size === 1 ? 'is' : 'are'} not well`;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

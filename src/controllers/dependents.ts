import { matcherOf } from '../api/labels.ts';
import { controllerOf, keyOf, type KubeObject, type LabelSelector } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import type { ControllerContext } from '../client/controller.ts';
import type { Informer } from '../client/informer.ts';
import { BY_CONTROLLER, claim, indexByController, orphansOf, settleClaim } from './ownership.ts';

export interface DependentsOptions<O extends KubeObject, T extends KubeObject> {
  readonly owners: Resource<O>;
  readonly dependents: Resource<T>;
  readonly selectorOf: (owner: O) => LabelSelector | undefined;
  /** The finalizer that a dependent has for its owner. */
  readonly finalizer?: string;
  /** Also enqueues the key of an owner that is gone, for a dependent that still waits for it. */
  readonly awaitsGone?: (dependent: T) => boolean;
}

/**
 * What the owners of one kind have of another kind: a change of a dependent enqueues its owner, that of an orphan all
 * that could adopt it.
 */
export class Dependents<O extends KubeObject, T extends KubeObject> {
  readonly #context: ControllerContext;
  readonly #options: DependentsOptions<O, T>;
  readonly #owners: Informer<O>;
  readonly all: Informer<T>;

  constructor(context: ControllerContext, options: DependentsOptions<O, T>) {
    this.#context = context;
    this.#options = options;
    this.#owners = context.informers.for(options.owners);
    this.all = context.informers.for(options.dependents);
    indexByController(this.all);
    this.all.addHandler({
      onAdd: (object) => this.#wakeFor(object),
      onUpdate: (object, old) => {
        this.#wakeFor(object);
        if (controllerOf(old)?.uid !== controllerOf(object)?.uid) this.#wakeFor(old);
      },
      onDelete: (object) => this.#wakeFor(object),
    });
  }

  /** Those that the owner has, and orphans of its namespace. */
  candidates(owner: O): readonly T[] {
    return [
      ...this.all.byIndex(BY_CONTROLLER, owner.metadata.uid),
      ...this.all.byIndex(BY_CONTROLLER, orphansOf(owner.metadata.namespace ?? '')),
    ];
  }

  /** Takes and lets go by the selector, and answers what the owner has then. */
  claim(owner: O, candidates: readonly T[], signal: AbortSignal): Promise<readonly T[]> {
    const { owners, dependents, selectorOf, finalizer } = this.#options;
    const wanted = claim(owner, selectorOf(owner) ?? {}, candidates);
    return settleClaim(this.#context.client, owner, owners, dependents, wanted, signal, finalizer);
  }

  /** The owner that a dependent names, if it is that very one. */
  ownerOf(dependent: T): O | undefined {
    const controller = controllerOf(dependent);
    if (controller?.kind !== this.#options.owners.kind) return undefined;
    const owner = this.#owners.get(dependent.metadata.namespace, controller.name);
    return owner?.metadata.uid === controller.uid ? owner : undefined;
  }

  #wakeFor(dependent: T): void {
    const controller = controllerOf(dependent);
    const { namespace, labels, deletionTimestamp } = dependent.metadata;
    if (controller !== undefined) {
      const owner = this.ownerOf(dependent);
      if (owner !== undefined) this.#context.enqueue(keyOf(owner.metadata));
      else if (
        controller.kind === this.#options.owners.kind &&
        this.#options.awaitsGone?.(dependent) === true
      ) {
        this.#context.enqueue(keyOf({ namespace, name: controller.name }));
      }
      return;
    }
    if (deletionTimestamp !== undefined) return;
    for (const owner of this.#owners.list(namespace)) {
      const selector = this.#options.selectorOf(owner);
      if (matcherOf(selector).matches(labels)) this.#context.enqueue(keyOf(owner.metadata));
    }
  }
}

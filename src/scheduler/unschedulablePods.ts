/** The facts about a rejected pod that are kept here. */
interface Rejected {
  readonly pod: { readonly metadata: { readonly uid: string } };
  readonly rejectedBy: ReadonlySet<string>;
}

/**
 * Rejected pods in order of arrival, and by the plugins that rejected them: most events concern few plugins, and must
 * not cost a look at every pod that waits.
 */
export class UnschedulablePods<E extends Rejected> {
  readonly #entries = new Map<string, E>();
  readonly #byPlugin = new Map<string, Set<E>>();

  get size(): number {
    return this.#entries.size;
  }

  get oldest(): E | undefined {
    return this.#entries.values().next().value;
  }

  get(uid: string): E | undefined {
    return this.#entries.get(uid);
  }

  /** A copy: entries may go while it is gone through. */
  all(): readonly E[] {
    return [...this.#entries.values()];
  }

  /** Plugins with the pods that they rejected. */
  plugins(): Iterable<readonly [plugin: string, entries: ReadonlySet<E>]> {
    return this.#byPlugin;
  }

  add(entry: E): void {
    this.#entries.set(entry.pod.metadata.uid, entry);
    for (const plugin of entry.rejectedBy) {
      const entries = this.#byPlugin.get(plugin);
      if (entries === undefined) this.#byPlugin.set(plugin, new Set([entry]));
      else entries.add(entry);
    }
  }

  delete(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry === undefined) return;
    this.#entries.delete(uid);
    for (const plugin of entry.rejectedBy) {
      const entries = this.#byPlugin.get(plugin);
      entries?.delete(entry);
      if (entries?.size === 0) this.#byPlugin.delete(plugin);
    }
  }
}

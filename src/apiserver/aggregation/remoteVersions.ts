import type { Disposable } from '../../base/disposable.ts';
import type { APIService } from '../../api/types.ts';
import { apiServices } from '../../api/resources.ts';
import type { Cache } from '../../storage/cache.ts';
import type { ShownResource } from '../discovery/groups.ts';
import { prefixOf } from '../registry/keys.ts';
import type { LiveResources } from '../resources/table.ts';

/** A version of a group that another server serves. */
export interface RemoteVersion {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly apiService: APIService;
  readonly isAvailable: boolean;
  /** The discovery that it last answered; undefined if it never answered. */
  readonly resources: readonly ShownResource[] | undefined;
}

export interface RemoteSnapshot {
  /** Higher priorities first. */
  readonly all: readonly RemoteVersion[];
  find(group: string, version: string): RemoteVersion | undefined;
}

/** The versions that others serve, as the APIServices in the watch cache say. A change applies to the next request. */
export class RemoteVersions implements Disposable {
  readonly #cache: Pick<Cache, 'list' | 'onChange'>;
  readonly #prefix = prefixOf(apiServices, '');
  readonly #subscription: Disposable;
  readonly #learned = new Map<string, readonly ShownResource[]>();
  readonly #own: Pick<LiveResources, 'snapshot'>;
  #snapshot: RemoteSnapshot | undefined;
  /** What this server served when the snapshot was made. */
  #served: LiveResources['snapshot'] | undefined;

  /** `own`: what this server serves. No APIService takes that over. */
  constructor(cache: Pick<Cache, 'list' | 'onChange'>, own: Pick<LiveResources, 'snapshot'>) {
    this.#cache = cache;
    this.#own = own;
    this.#subscription = cache.onChange(this.#prefix, () => (this.#snapshot = undefined));
  }

  /** A value that is replaced after each change. */
  get snapshot(): RemoteSnapshot {
    if (this.#served !== this.#own.snapshot) this.#snapshot = undefined;
    return (this.#snapshot ??= this.#read());
  }

  /** Stores the discovery of a server. */
  learn(name: string, resources: readonly ShownResource[]): void {
    if (JSON.stringify(this.#learned.get(name)) === JSON.stringify(resources)) return;
    this.#learned.set(name, resources);
    this.#snapshot = undefined;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #read(): RemoteSnapshot {
    this.#served = this.#own.snapshot;
    const own = new Set(this.#served.all.map(({ resource }) => `${resource.group}/${resource.version}`));
    const all = this.#cache
      .list(this.#prefix)
      .map(({ object }) => object as APIService)
      .filter(
        ({ spec }) => spec?.service !== undefined && !own.has(`${spec.group ?? ''}/${spec.version ?? ''}`),
      )
      .map((apiService) => this.#versionOf(apiService))
      .sort((a, b) => priorityOf(b) - priorityOf(a) || (a.name < b.name ? -1 : 1));
    const byAddress = new Map(all.map((one) => [`${one.group}/${one.version}`, one]));
    return { all, find: (group, version) => byAddress.get(`${group}/${version}`) };
  }

  #versionOf(apiService: APIService): RemoteVersion {
    const { metadata, spec, status } = apiService;
    return {
      name: metadata.name,
      group: spec?.group ?? '',
      version: spec?.version ?? '',
      apiService,
      isAvailable:
        status?.conditions?.some(({ type, status: state }) => type === 'Available' && state === 'True') ===
        true,
      resources: this.#learned.get(metadata.name),
    };
  }
}

function priorityOf({ apiService: { spec } }: RemoteVersion): number {
  return (spec?.groupPriorityMinimum ?? 0) * 10_000 + (spec?.versionPriority ?? 0);
}

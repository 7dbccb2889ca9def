import { Emitter, type Event } from '../../base/events.ts';
import { resource, type Resource } from '../../api/resource.ts';
import type { Client } from '../../client/contract.ts';

/** A kind that a server serves, in the version that it prefers. */
export interface ServedKind {
  readonly resource: Resource;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
}

interface DiscoveredResource {
  readonly resource: string;
  readonly scope: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly responseKind?: { readonly kind: string };
  readonly subresources?: readonly { readonly subresource: string }[];
}

interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources?: readonly DiscoveredResource[];
  }[];
}

interface PlainResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** All kinds that a server serves: read when somebody asks first, and again when told that there may be others. */
export class ServedKinds {
  readonly #client: Pick<Client, 'raw'>;
  readonly #changed = new Emitter<undefined>();
  #kinds: readonly ServedKind[] = [];
  #reading: Promise<void> | undefined;

  constructor(client: Pick<Client, 'raw'>) {
    this.#client = client;
  }

  get onDidChange(): Event<undefined> {
    return this.#changed.event;
  }

  /** The kinds that are known by now. Asks the server if none has been read yet. */
  known(): readonly ServedKind[] {
    if (this.#reading === undefined) void this.read();
    return this.#kinds;
  }

  find({ group, plural }: Pick<Resource, 'group' | 'plural'>): ServedKind | undefined {
    return this.known().find((kind) => kind.resource.plural === plural && kind.resource.group === group);
  }

  /** Reads what is served. Where that fails, what was known stays, and is read when it is asked for again. */
  async read(): Promise<void> {
    const reading = this.#read();
    this.#reading = reading;
    try {
      await reading;
    } catch {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(): Promise<void> {
    const [core, groups] = await Promise.all([this.#root('/api'), this.#root('/apis')]);
    this.#kinds = [...core, ...groups];
    this.#changed.fire(undefined);
  }

  async #root(path: string): Promise<readonly ServedKind[]> {
    const answer = (await this.#get(path, AGGREGATED)) as {
      kind?: string;
      items?: readonly DiscoveredGroup[];
    };
    if (answer.kind === 'APIGroupDiscoveryList') return (answer.items ?? []).flatMap(kindsOf);
    // Servers before 1.26 know the plain documents only: one for each group version.
    const groupVersions =
      path === '/api'
        ? ((answer as { versions?: readonly string[] }).versions ?? [])
        : ((answer as PlainGroups).groups ?? []).map(({ preferredVersion }) => preferredVersion.groupVersion);
    const lists = await Promise.all(
      groupVersions.map(async (groupVersion) => {
        // A group whose own server is away has no part in this.
        const list = await this.#get(`${path}/${groupVersion}`, 'application/json').catch(() => ({}));
        return plainKindsOf(groupVersion, (list as { resources?: readonly PlainResource[] }).resources ?? []);
      }),
    );
    return lists.flat();
  }

  async #get(path: string, accept: string): Promise<unknown> {
    const response = await this.#client.raw('GET', path, { headers: { accept } });
    const text = await response.text();
    if (response.code !== 200) throw new Error(`${path} was answered with ${response.code}`);
    return JSON.parse(text) as unknown;
  }
}

interface PlainGroups {
  readonly groups?: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

/** The first version of each resource, which is the one that the server prefers. */
function kindsOf({ metadata, versions }: DiscoveredGroup): readonly ServedKind[] {
  const group = metadata?.name ?? '';
  const found = new Map<string, ServedKind>();
  for (const { version, resources = [] } of versions) {
    for (const { resource: plural, scope, verbs = [], shortNames = [], ...more } of resources) {
      const kind = more.responseKind?.kind ?? '';
      if (found.has(plural) || kind === '') continue;
      found.set(plural, {
        resource: resource(group, version, plural, kind, scope === 'Namespaced' ? 'Namespaced' : 'Cluster'),
        verbs,
        shortNames,
        subresources: (more.subresources ?? []).map(({ subresource }) => subresource),
      });
    }
  }
  return [...found.values()];
}

function plainKindsOf(groupVersion: string, resources: readonly PlainResource[]): readonly ServedKind[] {
  const [group = '', version = ''] = groupVersion.includes('/')
    ? groupVersion.split('/')
    : ['', groupVersion];
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs = [], shortNames = [] }) => ({
      resource: resource(group, version, name, kind, namespaced ? 'Namespaced' : 'Cluster'),
      verbs,
      shortNames,
      subresources: resources.flatMap((other) =>
        other.name.startsWith(`${name}/`) ? [other.name.slice(name.length + 1)] : [],
      ),
    }));
}

import { badRequest, notFound } from '../../api/status.ts';
import type { Client } from '../../client/contract.ts';
import { resource, type Resource } from '../../api/resource.ts';

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/**
 * Finds the resource of a kind by asking the API server, each group version once, and again where a kind is not in what
 * it said: a definition may have come since.
 */
export class Discovery {
  readonly #client: Pick<Client, 'raw'>;
  readonly #lists = new Map<string, Promise<ResourceList>>();

  constructor(client: Pick<Client, 'raw'>) {
    this.#client = client;
  }

  /** Rejects with BadRequest where the server does not know the kind. */
  async resourceOf(apiVersion: string, kind: string): Promise<Resource> {
    const known = this.#lists.has(apiVersion);
    const list = await this.#list(apiVersion).catch((error: unknown) => {
      this.#lists.delete(apiVersion);
      throw error;
    });
    const found = list.resources.find((r) => r.kind === kind && !r.name.includes('/'));
    if (found === undefined) {
      this.#lists.delete(apiVersion);
      if (known) return this.resourceOf(apiVersion, kind);
      throw badRequest(`no matches for kind "${kind}" in version "${apiVersion}"`);
    }
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    return resource(group, version, found.name, kind, found.namespaced ? 'Namespaced' : 'Cluster');
  }

  #list(apiVersion: string): Promise<ResourceList> {
    let list = this.#lists.get(apiVersion);
    if (list === undefined) {
      list = this.#read(apiVersion);
      this.#lists.set(apiVersion, list);
    }
    return list;
  }

  async #read(apiVersion: string): Promise<ResourceList> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const response = await this.#client.raw('GET', path);
    if (response.code === 404) throw notFound({ group: '', plural: 'apiVersion' }, apiVersion);
    return JSON.parse(await response.text()) as ResourceList;
  }
}

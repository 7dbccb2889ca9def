import { loadDocumentation, type Documentation } from '../../api/schema/builtIn/documentation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../client/contract.ts';
import { builtInSchemas } from './builtIn.ts';
import { openApiSchema, type OpenApiDocument } from './openApi.ts';
import type { SchemaNode } from './schemaNode.ts';

/** A cluster whose API server is asked for schemas. */
export interface SchemaServer {
  readonly client: Pick<Client, 'raw'>;
  /** Its control plane is of this build: what is built in is what it serves. */
  readonly own: boolean;
}

/** A server's answer is used this long: a definition may change at any time. */
const FRESH_MS = 10_000;

const UNDOCUMENTED: Documentation = () => ({ description: '', property: () => '' });

/**
 * The schema of each kind: as the API server publishes it, custom kinds included, and where no server is there or it does
 * not know the kind, as this build has it.
 */
export class Schemas {
  readonly #clock: Clock;
  readonly #servers = new WeakMap<SchemaServer, ServerSchemas>();
  #documentation = UNDOCUMENTED;
  #loading: Promise<void> | undefined;
  readonly #builtIn = builtInSchemas((name) => this.#documentation(name));

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when descriptions of built-in kinds are there; before, they are ''. */
  documented(): Promise<void> {
    return (this.#loading ??= loadDocumentation().then((loaded) => void (this.#documentation = loaded)));
  }

  /** Undefined where nobody knows the kind. A server that cannot be asked knows none. */
  async of(
    server: SchemaServer | undefined,
    apiVersion: string,
    kind: string,
  ): Promise<SchemaNode | undefined> {
    const builtIn = this.#builtIn(apiVersion, kind);
    if (server === undefined || (server.own && builtIn !== undefined)) return builtIn;
    let known = this.#servers.get(server);
    if (known === undefined) {
      known = new ServerSchemas(server.client, this.#clock);
      this.#servers.set(server, known);
    }
    return (await known.of(apiVersion, kind).catch(() => undefined)) ?? builtIn;
  }
}

interface Index {
  readonly paths?: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
}

/** The documents of one server: an index with a hash of each, and each document once for its hash. */
class ServerSchemas {
  readonly #client: Pick<Client, 'raw'>;
  readonly #clock: Clock;
  readonly #documents = new Map<string, Promise<OpenApiDocument>>();
  readonly #nodes = new WeakMap<OpenApiDocument, Map<string, SchemaNode | undefined>>();
  #index: { readonly at: number; readonly read: Promise<Index> } | undefined;

  constructor(client: Pick<Client, 'raw'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async of(apiVersion: string, kind: string): Promise<SchemaNode | undefined> {
    const { paths = {} } = await this.#readIndex();
    const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
    const url = Object.hasOwn(paths, path) ? paths[path]?.serverRelativeURL : undefined;
    if (url === undefined) return undefined;
    const document = await this.#read(url);
    let nodes = this.#nodes.get(document);
    if (nodes === undefined) {
      nodes = new Map();
      this.#nodes.set(document, nodes);
    }
    if (!nodes.has(kind)) {
      const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
      nodes.set(kind, openApiSchema(document, group, version, kind));
    }
    return nodes.get(kind);
  }

  #readIndex(): Promise<Index> {
    const now = this.#clock.monotonic();
    if (this.#index === undefined || now - this.#index.at > FRESH_MS)
      this.#index = { at: now, read: this.#get<Index>('/openapi/v3') };
    const { read } = this.#index;
    read.catch(() => {
      if (this.#index?.read === read) this.#index = undefined;
    });
    return read;
  }

  /** The URL has the document's hash. */
  #read(url: string): Promise<OpenApiDocument> {
    let document = this.#documents.get(url);
    if (document === undefined) {
      document = this.#get<OpenApiDocument>(url);
      this.#documents.set(url, document);
      document.catch(() => this.#documents.delete(url));
    }
    return document;
  }

  async #get<T>(url: string): Promise<T> {
    const response = await this.#client.raw('GET', url);
    const text = await response.text();
    if (response.code !== 200) throw new Error(`${url} was answered with ${response.code}`);
    return JSON.parse(text) as T;
  }
}

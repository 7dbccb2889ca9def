import type { Disposable } from '../../base/disposable.ts';
import type { ApiResponse, RequestBody } from '../../api/request.ts';
import type { Cache } from '../../storage/cache.ts';
import type { Exchange } from '../exchange.ts';
import type { ShownGroup } from '../discovery/groups.ts';
import type { OtherGroups } from '../discovery/routes.ts';
import { forwarded, methodOf } from '../verbs/subresources/proxy/forward.ts';
import { IDENTITY, upgradeInto, wantsUpgrade } from '../verbs/subresources/tunnel.ts';
import { resourcesOfList, withRemote } from './remoteDiscovery.ts';
import { identityOf, RemoteServer, type RemoteServerOptions } from './remoteServer.ts';
import type { LiveResources } from '../resources/table.ts';
import { type RemoteVersion, RemoteVersions } from './remoteVersions.ts';

/** The user in whose name this server asks whether another one is available. Every server lets it. */
const AGGREGATOR = { name: 'system:kube-aggregator', groups: ['system:masters'] };

export interface AggregatorOptions extends RemoteServerOptions {
  readonly cache: Pick<Cache, 'list' | 'onChange'>;
  /** What this server serves itself. */
  readonly resources: Pick<LiveResources, 'snapshot'>;
}

/**
 * The versions of groups that other servers in the cluster serve, as APIServices name them (kube-aggregator). Requests
 * for them are passed on, with the user who made them.
 */
export class Aggregator implements OtherGroups, Disposable {
  readonly #options: RemoteServerOptions;
  readonly #versions: RemoteVersions;
  /** The servers by the APIService's name, with the data that they were made from. */
  readonly #servers = new Map<string, { readonly madeFrom: string; readonly server: RemoteServer }>();

  constructor(options: AggregatorOptions) {
    this.#options = options;
    this.#versions = new RemoteVersions(options.cache, options.resources);
  }

  /** The discovery of the groups that the others serve. */
  get snapshot(): unknown {
    return this.#versions.snapshot;
  }

  with(own: readonly ShownGroup[]): readonly ShownGroup[] {
    return withRemote(own, this.#versions.snapshot);
  }

  /** The OpenAPI documents of the others. */
  openApiPaths(): readonly string[] {
    return this.versions.flatMap(({ group, version, isAvailable }) =>
      isAvailable ? [`apis/${group}/${version}`] : [],
    );
  }

  get versions(): readonly RemoteVersion[] {
    return this.#versions.snapshot.all;
  }

  /** Answers a request that is for another server; undefined if it is for this one. */
  take(exchange: Exchange): Promise<ApiResponse> | undefined {
    if (this.#versions.snapshot.all.length === 0) return undefined;
    const remote = this.#remoteOf(exchange);
    return remote === undefined ? undefined : this.#forward(remote, exchange);
  }

  /** Asks a server for its discovery. Rejects with the error. */
  async check(remote: RemoteVersion, signal: AbortSignal): Promise<void> {
    const { group, version, name } = remote;
    const path = `/apis/${group}/${version}`;
    const server = this.#serverOf(remote);
    const where = `https://${server.host}${path}`;
    const answer = await server
      .request(AGGREGATOR, { method: 'GET', path, headers: { accept: 'application/json' }, signal })
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`failing or missing response from ${where}: ${why}`, { cause: error });
      });
    const text = await textOf(answer.body);
    if (answer.code < 200 || answer.code > 299) {
      throw new Error(`failing or missing response from ${where}: bad status from ${where}: ${answer.code}`);
    }
    this.#versions.learn(name, resourcesOfList(group, version, parsed(text)));
  }

  dispose(): void {
    this.#versions.dispose();
    for (const { server } of this.#servers.values()) server.dispose();
    this.#servers.clear();
  }

  #remoteOf({ request: { info } }: Exchange): RemoteVersion | undefined {
    const { snapshot } = this.#versions;
    if (info.isResourceRequest) return snapshot.find(info.group, info.version);
    const [, group, version] = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)\/?$/.exec(info.path) ?? [];
    return group === undefined || version === undefined ? undefined : snapshot.find(group, version);
  }

  async #forward(remote: RemoteVersion, exchange: Exchange): Promise<ApiResponse> {
    if (!remote.isAvailable) return unavailable('service unavailable');
    const { request, user, signal } = exchange;
    const server = this.#serverOf(remote);
    const path = request.info.path + (request.search ?? searchOf(request.query));
    try {
      if (wantsUpgrade(exchange)) {
        return upgradeInto(await server.connect(), path, server.host, identityOf(user));
      }
      const answer = await server.request(user, {
        method: methodOf(exchange),
        path,
        headers: { ...ownHeaders(request.headers), host: server.host },
        body: bytesOf(request.body),
        signal,
      });
      const headers = Object.fromEntries(
        Object.entries(answer.headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
        ),
      );
      return { type: 'raw', code: answer.code, headers: forwarded(headers), body: answer.body };
    } catch (error) {
      return unavailable(error instanceof Error ? error.message : String(error));
    }
  }

  #serverOf({ name, apiService }: RemoteVersion): RemoteServer {
    const { service, caBundle, insecureSkipTLSVerify } = apiService.spec ?? {};
    const madeFrom = JSON.stringify([service, caBundle, insecureSkipTLSVerify]);
    const known = this.#servers.get(name);
    if (known?.madeFrom === madeFrom) return known.server;
    known?.server.dispose();
    const server = new RemoteServer(apiService, this.#options);
    this.#servers.set(name, { madeFrom, server });
    return server;
  }
}

function unavailable(text: string): ApiResponse {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return { type: 'raw', code: 503, headers, body: `${text}\n` };
}

/**
 * The headers without those for this server alone and those that tell the user. The length is that of the body that is
 * sent on.
 */
function ownHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(forwarded(headers)).filter(([name]) => name !== 'content-length' && !IDENTITY.test(name)),
  );
}

function bytesOf(body: RequestBody): string | Uint8Array | AsyncIterable<Uint8Array> | undefined {
  switch (body.type) {
    case 'none':
      return undefined;
    case 'bytes':
      return body.bytes;
    case 'stream':
      return body.stream;
    case 'object':
      return JSON.stringify(body.object);
    // JSON is valid YAML.
    case 'yaml':
      return JSON.stringify(body.decoded.object);
  }
}

function searchOf(query: URLSearchParams): string {
  return query.size === 0 ? '' : `?${query.toString()}`;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import type { ApiResponse } from '../../api/request.ts';
import type { Exchange } from '../exchange.ts';
import type { Route } from '../verbs/nonResource.ts';
import { derived, type ResourceTable } from '../resources/table.ts';
import { noSuchResource } from '../verbs/notServed.ts';
import { aggregated, coreVersions, groupDocument, groupList, resourceList } from './documents.ts';
import { discoveredGroups, type ShownGroup } from './groups.ts';
import { mediaTypes } from '../negotiation/mediaTypes.ts';

/** Versions of aggregated discovery that clients ask for; kubectl 1.26 to 1.29 knows the first only. */
const AGGREGATED_VERSIONS = ['v2beta1', 'v2'];

/** Versions of groups that other servers serve, and how they are shown beside this one's. */
export interface OtherGroups {
  /** Another value after each change. */
  readonly snapshot: unknown;
  with(own: readonly ShownGroup[]): readonly ShownGroup[];
}

/** Everything below /api and /apis that is about no object. Made at the first request after a change of what is served. */
export function discoveryRoutes(resources: ResourceTable, others?: OtherGroups): readonly Route[] {
  const own = derived(resources, ({ kinds }) => discoveredGroups(kinds));
  let made: Made | undefined;
  const current = (): Made => {
    const of = own();
    if (made?.own !== of || made.others !== others?.snapshot) {
      made = { own: of, others: others?.snapshot, groups: others?.with(of) ?? of, documents: new Map() };
    }
    return made;
  };
  const groups = (): readonly ShownGroup[] => current().groups;
  const documents = (): Made['documents'] => current().documents;
  const root = (exchange: Exchange, core: boolean, plain: () => object): ApiResponse => {
    const version = aggregatedVersion(exchange.request.headers.accept);
    if (version === undefined) return document(plain());
    const key = `${String(core)} ${version}`;
    const cache = documents();
    const found = cache.get(key) ?? aggregatedDocument(aggregated(groups(), core, version), version);
    cache.set(key, found);
    return respond(found, exchange.request.headers['if-none-match']);
  };
  const below = ({ request }: Exchange): ApiResponse => {
    const [prefix = '', ...parts] = request.info.path.split('/').filter((part) => part !== '');
    const [name, versionName, more] = prefix === 'api' ? ['', ...parts] : parts;
    const group = groups().find((one) => one.group === name && (prefix === 'api') === (name === ''));
    if (group === undefined || more !== undefined) throw noSuchResource();
    if (versionName === undefined) return document(groupDocument(group));
    const version = group.versions.find((one) => one.version === versionName);
    if (version === undefined) throw noSuchResource();
    return document(resourceList(group.group, version));
  };
  const api: Route['handle'] = (exchange) =>
    root(exchange, true, () => coreVersions(groups(), exchange.request.headers.host ?? 'localhost'));
  const apis: Route['handle'] = (exchange) => root(exchange, false, () => groupList(groups()));
  return [
    { path: '/api', handle: api },
    { path: '/apis', handle: apis },
    { path: '/api/', handle: below },
    { path: '/apis/', handle: below },
  ];
}

interface Made {
  readonly own: readonly ShownGroup[];
  readonly others: unknown;
  readonly groups: readonly ShownGroup[];
  readonly documents: Map<string, AggregatedDocument>;
}

interface AggregatedDocument {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

function aggregatedDocument(object: object, version: string): AggregatedDocument {
  const body = new TextEncoder().encode(JSON.stringify(object));
  return {
    body,
    headers: {
      'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`,
      vary: 'Accept',
      'cache-control': 'public',
    },
  };
}

function respond({ body, headers }: AggregatedDocument, ifNoneMatch: string | undefined): ApiResponse {
  return ifNoneMatch !== undefined && ifNoneMatch === headers.etag
    ? { type: 'raw', code: 304, headers: { ...headers }, body: '' }
    : { type: 'raw', code: 200, headers, body };
}

function document(object: object): ApiResponse {
  return { type: 'object', code: 200, object };
}

/** The version of aggregated discovery to answer with; undefined where the client prefers the plain documents. */
function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of mediaTypes(accept)) {
    if (type !== 'application/json' && type !== '*/*') continue;
    if (parameters.as === undefined) return undefined;
    if (parameters.as !== 'APIGroupDiscoveryList' || parameters.g !== 'apidiscovery.k8s.io') continue;
    if (parameters.v !== undefined && AGGREGATED_VERSIONS.includes(parameters.v)) return parameters.v;
  }
  return undefined;
}

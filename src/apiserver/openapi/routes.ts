import { createHash } from 'node:crypto';
import type { ApiRequest, ApiResponse } from '../../api/request.ts';
import { loadDocumentation, type Documentation } from '../../api/schema/builtIn/documentation.ts';
import type { Json } from '../../api/schema/definition.ts';
import { StatusError } from '../../api/status.ts';
import { discoveredGroups, type DiscoveredGroup, type DiscoveredResource } from '../discovery/groups.ts';
import { mediaTypes } from '../negotiation/mediaTypes.ts';
import { derived, type ResourceTable } from '../resources/table.ts';
import type { Route } from '../verbs/nonResource.ts';
import { noSuchResource } from '../verbs/notServed.ts';
import { documentPath, documentV3, openApiV2, openApiV3, type OpenApiSource } from './documents.ts';
import { JSON_TYPE } from './names.ts';
import { encodeOpenApiV2 } from './protobuf.ts';
import { rootPaths } from './roots.ts';

/** Clients ask for it in two spellings; only the second is a media type that they can parse in an answer. */
const V2_PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const V2_PROTOBUF = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;

interface Document {
  readonly body: Uint8Array;
  readonly etag: string;
}

interface V3Entry {
  readonly url: string;
  readonly hash: string;
  make(source: OpenApiSource): Json;
}

export interface OpenApiOptions {
  readonly resources: ResourceTable;
  readonly version: string;
  /** Paths of documents that other servers have: `apis/GROUP/VERSION`. Default: none. */
  readonly others?: () => readonly string[];
}

/** OpenAPI v2 and v3. Documents are made at the first request for them and kept as bytes until what they show changes. */
export function openApiRoutes(options: OpenApiOptions): readonly Route[] {
  const documents = new Documents(options);
  const below = '/openapi/v3/';
  return [
    { path: '/openapi/v2', handle: ({ request }) => documents.v2(request) },
    { path: '/openapi/v3', handle: ({ request }) => documents.index(request) },
    { path: below, handle: ({ request }) => documents.v3(request, request.info.path.slice(below.length)) },
  ];
}

/** Everything that is made from one snapshot of what is served. */
interface Published {
  readonly groups: readonly DiscoveredGroup[];
  readonly entries: ReadonlyMap<string, V3Entry>;
  readonly documents: Map<string, Promise<Document>>;
}

class Documents {
  readonly #version: string;
  readonly #published: () => Published;
  readonly #others: () => readonly string[];
  /** Versions of groups by the hash of what they show: most stay as they are when a kind comes or goes. */
  #byHash: ReadonlyMap<string, Promise<Document>> = new Map();
  #documentation: Promise<Documentation> | undefined;

  constructor({ resources, version, others = () => [] }: OpenApiOptions) {
    this.#version = version;
    this.#others = others;
    this.#published = derived(resources, ({ kinds }) => this.#publish(discoveredGroups(kinds)));
  }

  async v2(request: ApiRequest): Promise<ApiResponse> {
    const types = mediaTypes(request.headers.accept).map(({ type }) => type);
    const wanted =
      types.find((type) => V2_PROTOBUF.test(type) || isJson(type)) ?? (types.length === 0 ? JSON_TYPE : '');
    if (wanted === '') throw notAcceptable([JSON_TYPE, V2_PROTOBUF_TYPE]);
    const protobuf = V2_PROTOBUF.test(wanted);
    const { groups, documents } = this.#published();
    const document = await this.#document(documents, protobuf ? 'v2 protobuf' : 'v2', (documentation) => {
      const made = openApiV2({ groups, documentation, version: this.#version });
      return protobuf ? encodeOpenApiV2(made) : encode(made);
    });
    return respond(request, document, protobuf ? V2_PROTOBUF_TYPE : JSON_TYPE, { vary: 'Accept' });
  }

  async index(request: ApiRequest): Promise<ApiResponse> {
    const { entries, documents } = this.#published();
    const others = this.#others().filter((path) => !entries.has(path));
    const document = await this.#document(documents, ['v3', ...others].join(' '), () =>
      encode({
        paths: Object.fromEntries(
          [
            ...[...entries].map(([path, { url }]) => [path, url] as const),
            ...others.map((path) => [path, `/openapi/v3/${path}`] as const),
          ].map(([path, url]) => [path, { serverRelativeURL: url }]),
        ),
      }),
    );
    return respond(request, document, JSON_TYPE, {});
  }

  async v3(request: ApiRequest, path: string): Promise<ApiResponse> {
    const { entries, groups, documents } = this.#published();
    const entry = entries.get(path.replace(/\/$/, ''));
    if (entry === undefined) throw noSuchResource();
    const types = mediaTypes(request.headers.accept).map(({ type }) => type);
    if (types.length > 0 && !types.some(isJson)) throw notAcceptable([JSON_TYPE]);
    const asked = request.query.get('hash');
    if (asked !== null && asked !== '' && asked !== entry.hash) {
      return { type: 'raw', code: 301, headers: { location: entry.url }, body: '' };
    }
    const document = await this.#document(documents, entry.hash, (documentation) =>
      encode(entry.make({ groups, documentation, version: this.#version })),
    );
    // Under its hash a document never changes.
    const cacheControl = asked === entry.hash ? { 'cache-control': 'public, immutable' } : {};
    return respond(request, document, JSON_TYPE, { vary: 'Accept', ...cacheControl });
  }

  #document(
    made: Map<string, Promise<Document>>,
    key: string,
    make: (documentation: Documentation) => Uint8Array,
  ): Promise<Document> {
    let document = made.get(key);
    if (document === undefined) made.set(key, (document = this.#make(make)));
    return document;
  }

  async #make(make: (documentation: Documentation) => Uint8Array): Promise<Document> {
    const body = make(await (this.#documentation ??= loadDocumentation()));
    return { body, etag: `"${digest(body)}"` };
  }

  /** The hash is of what a document is made from, so that the index needs none of them. */
  #publish(groups: readonly DiscoveredGroup[]): Published {
    const entry = (path: string, shown: unknown, make: V3Entry['make']): [string, V3Entry] => {
      const hash = digest(encode([this.#version, path, shown]));
      return [path, { hash, url: `/openapi/v3/${path}?hash=${hash}`, make }];
    };
    const entries = new Map(
      [
        ...[...rootPaths(groups)].map(([path, one]) =>
          entry(path, [], (source) => documentV3(source, [one])),
        ),
        ...groups.flatMap((group) =>
          group.versions.map((version) =>
            entry(documentPath(group.group, version.version), version.resources.map(stampOf), (source) =>
              openApiV3(source, group, version),
            ),
          ),
        ),
      ].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const documents = new Map<string, Promise<Document>>();
    for (const { hash } of entries.values()) {
      const known = this.#byHash.get(hash);
      if (known !== undefined) documents.set(hash, known);
    }
    this.#byHash = documents;
    return { groups, entries, documents };
  }
}

/** What the paths and definitions of a resource are made from. */
function stampOf({ schema, subresources, ...shown }: DiscoveredResource): unknown {
  const below = subresources.map(({ schema: body, ...sub }) => ({ ...sub, body: body?.definition.name }));
  return [shown, below, schema.definition.name, schema.definition.stamp];
}

function isJson(type: string): boolean {
  return type === JSON_TYPE || type === 'application/*' || type === '*/*';
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function digest(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex').toUpperCase();
}

function respond(
  request: ApiRequest,
  { body, etag }: Document,
  contentType: string,
  more: Readonly<Record<string, string>>,
): ApiResponse {
  const headers = { 'content-type': contentType, etag, ...more };
  return request.headers['if-none-match'] === etag
    ? { type: 'raw', code: 304, headers, body: '' }
    : { type: 'raw', code: 200, headers, body };
}

function notAcceptable(types: readonly string[]): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${types.join(', ')}`,
  );
}

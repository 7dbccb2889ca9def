import { apiVersionOf } from '../../api/resource.ts';
import type { Documentation } from '../../api/schema/builtIn/documentation.ts';
import { COMMON, type Definition, type Json, reference, V2, V3 } from '../../api/schema/definition.ts';
import { builtIn } from '../../api/schema/index.ts';
import type { DiscoveredGroup, DiscoveredVersion } from '../discovery/groups.ts';
import { definitionsOf } from './definitions.ts';
import { DELETE_OPTIONS, kindsOfDefinitions, STATUS } from './names.ts';
import { pathsOf, QUERY, type Operation, type Path, type PathParameter } from './operations.ts';
import { rootPaths, versionPath } from './roots.ts';

const ANY_TYPE = '*/*';
/** What the answers say with each code. */
const MEANINGS = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
/** Used by no path, but looked up by clients. */
const ALWAYS = [
  STATUS,
  DELETE_OPTIONS,
  builtIn('V1APIResourceList'),
  builtIn('V1APIGroup'),
  builtIn('V1APIGroupList'),
  builtIn('VersionInfo'),
];

export interface OpenApiSource {
  /** Everything that is served. */
  readonly groups: readonly DiscoveredGroup[];
  readonly documentation: Documentation;
  /** `v1.36.0`. */
  readonly version: string;
}

/** GET /openapi/v2: one document for everything. */
export function openApiV2({ groups, documentation, version }: OpenApiSource): Json {
  const paths = [
    ...rootPaths(groups).values(),
    ...groups.flatMap((group) =>
      group.versions.flatMap((one) => [
        versionPath(group.group, one.version),
        ...pathsOf(group, one.version, one.resources),
      ]),
    ),
  ];
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: byPath(paths, pathItemV2),
    definitions: definitionsOf({ flavour: V2, documentation, kinds: kindsOfDefinitions(groups) }, [
      ...usedBy(paths),
      ...ALWAYS.map(({ definition }) => definition),
    ]),
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  };
}

/** GET /openapi/v3/apis/GROUP/VERSION: what one version of a group needs. */
export function openApiV3(source: OpenApiSource, group: DiscoveredGroup, one: DiscoveredVersion): Json {
  return documentV3(source, [
    versionPath(group.group, one.version),
    ...pathsOf(group, one.version, one.resources),
  ]);
}

/** The document of some paths with what they need. */
export function documentV3({ groups, documentation, version }: OpenApiSource, paths: readonly Path[]): Json {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: byPath(paths, pathItemV3),
    components: {
      schemas: definitionsOf(
        { flavour: V3, documentation, kinds: kindsOfDefinitions(groups) },
        usedBy(paths),
      ),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  };
}

/** `api/v1`, `apis/apps/v1`: how OpenAPI v3 names a version of a group. */
export function documentPath(group: string, version: string): string {
  return `${group === '' ? 'api' : 'apis'}/${apiVersionOf({ group, version })}`;
}

function usedBy(paths: readonly Path[]): Set<Definition> {
  const used = new Set<Definition>();
  for (const { operations } of paths) {
    for (const { body, result } of operations) {
      if (body !== undefined && body !== 'patch') used.add(body);
      if (result !== undefined) used.add(result);
    }
  }
  return used;
}

function byPath(paths: readonly Path[], render: (path: Path) => Json): Json {
  return Object.fromEntries(paths.map((path) => [path.path, render(path)]));
}

function common({ action, kind }: Operation): Json {
  return {
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(kind === undefined ? {} : { 'x-kubernetes-group-version-kind': kind }),
  };
}

/** The answers of an operation, by code. */
function responsesOf(operation: Operation, body: Json): Json {
  return {
    ...Object.fromEntries(
      operation.codes.map((code): [string, Json] => [`${code}`, { description: MEANINGS[code], ...body }]),
    ),
    '401': { description: 'Unauthorized' },
  };
}

function bodyName(body: Definition | 'patch'): string {
  return body === 'patch' ? COMMON.patch : body.name;
}

function pathItemV2({ parameters, operations }: Path): Json {
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, operationV2(operation)])),
    ...(parameters.length === 0
      ? {}
      : {
          parameters: parameters.map((name) => ({
            ...pathParameter(name),
            type: 'string',
            uniqueItems: true,
          })),
        }),
  };
}

const PATH_PARAMETERS: Readonly<Record<PathParameter, string>> = {
  name: 'name of the object',
  namespace: 'namespace of the object',
  path: 'path to the resource',
};

function pathParameter(name: PathParameter): Json {
  return { description: PATH_PARAMETERS[name], in: 'path', name, required: true };
}

function operationV2(operation: Operation): Json {
  const { body, patchTypes, result, description, id, query } = operation;
  const parameters = [
    ...(body === undefined
      ? []
      : [
          {
            in: 'body',
            name: 'body',
            required: body !== DELETE_OPTIONS.definition,
            schema: reference(V2, bodyName(body)),
          },
        ]),
    ...query.map((name) => ({
      description: QUERY[name]?.description ?? '',
      in: 'query',
      name,
      type: QUERY[name]?.type ?? 'string',
      uniqueItems: true,
    })),
  ];
  return {
    consumes: patchTypes ?? [ANY_TYPE],
    description,
    operationId: id,
    ...(parameters.length === 0 ? {} : { parameters }),
    produces: operation.produces,
    responses: responsesOf(operation, {
      schema: result === undefined ? { type: 'string' } : reference(V2, result.name),
    }),
    schemes: ['https'],
    ...common(operation),
  };
}

function pathItemV3({ parameters, operations }: Path): Json {
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, operationV3(operation)])),
    ...(parameters.length === 0
      ? {}
      : {
          parameters: parameters.map((name) => ({
            ...pathParameter(name),
            schema: { type: 'string', uniqueItems: true },
          })),
        }),
  };
}

function operationV3(operation: Operation): Json {
  const { body, patchTypes, result, description, id, query } = operation;
  const schema = body === undefined ? undefined : reference(V3, bodyName(body));
  const types = patchTypes ?? [ANY_TYPE];
  const answer = result === undefined ? { type: 'string' } : reference(V3, result.name);
  return {
    description,
    operationId: id,
    ...(query.length === 0
      ? {}
      : {
          parameters: query.map((name) => ({
            name,
            in: 'query',
            description: QUERY[name]?.description ?? '',
            schema: { type: QUERY[name]?.type ?? 'string', uniqueItems: true },
          })),
        }),
    ...(schema === undefined
      ? {}
      : {
          requestBody: {
            content: Object.fromEntries(types.map((type) => [type, { schema }])),
            ...(body === DELETE_OPTIONS.definition ? {} : { required: true }),
          },
        }),
    responses: responsesOf(operation, {
      content: Object.fromEntries(operation.produces.map((type) => [type, { schema: answer }])),
    }),
    ...common(operation),
  };
}

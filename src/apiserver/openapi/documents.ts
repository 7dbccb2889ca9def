import type { Kind } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { Documentation } from '../../api/schema/documentation.ts';
import { discoveredGroups, type DiscoveredGroup, type DiscoveredVersion } from '../discovery/groups.ts';
import { definitionsOf, reference, V2, V3, type Json } from './definitions.ts';
import { COMMON, definitionName, kindsOfModels, modelFinder } from './names.ts';
import { pathsOf, QUERY, type Operation, type Path } from './operations.ts';

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const JSON_TYPE = 'application/json';
const BODY_TYPES = [JSON_TYPE, 'application/yaml'];
/** Used by no path, but looked up by clients. */
const ALWAYS = [
  'V1Status',
  'V1DeleteOptions',
  'V1APIResourceList',
  'V1APIGroup',
  'V1APIGroupList',
  'VersionInfo',
];

export interface OpenApiSource {
  readonly kinds: readonly Kind[];
  readonly documentation: Documentation;
  /** `v1.36.0`. */
  readonly version: string;
}

/** GET /openapi/v2: one document for everything. */
export function openApiV2({ kinds, documentation, version }: OpenApiSource): Json {
  const modelOf = modelFinder();
  const paths = discoveredGroups(kinds).flatMap((group) =>
    group.versions.flatMap((one) => pathsOf(group, one.version, one.resources, modelOf)),
  );
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: byPath(paths, pathItemV2),
    definitions: definitionsOf({ flavour: V2, documentation, kinds: kindsOfModels(kinds) }, [
      ...modelsOf(paths),
      ...ALWAYS,
    ]),
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  };
}

/** GET /openapi/v3/apis/GROUP/VERSION: what one version of a group needs. */
export function openApiV3(
  { kinds, documentation, version }: OpenApiSource,
  group: DiscoveredGroup,
  one: DiscoveredVersion,
): Json {
  const paths = pathsOf(group, one.version, one.resources, modelFinder());
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: byPath(paths, pathItemV3),
    components: {
      schemas: definitionsOf({ flavour: V3, documentation, kinds: kindsOfModels(kinds) }, modelsOf(paths)),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  };
}

/** `api/v1`, `apis/apps/v1`: how OpenAPI v3 names a version of a group. */
export function documentPath(group: string, version: string): string {
  return `${group === '' ? 'api' : 'apis'}/${apiVersionOf({ group, version })}`;
}

function modelsOf(paths: readonly Path[]): Set<string> {
  const models = new Set<string>();
  for (const { operations } of paths) {
    for (const { body, result } of operations) {
      if (body !== undefined && body !== 'patch') models.add(body);
      if (result !== undefined) models.add(result);
    }
  }
  return models;
}

function byPath(paths: readonly Path[], render: (path: Path) => Json): Json {
  return Object.fromEntries(paths.map((path) => [path.path, render(path)]));
}

function common(operation: Operation): Json {
  return {
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}

function bodyName(body: string): string {
  return body === 'patch' ? COMMON.patch : definitionName(body);
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

function pathParameter(name: 'name' | 'namespace'): Json {
  const description = name === 'name' ? 'name of the object' : 'namespace of the object';
  return { description, in: 'path', name, required: true };
}

function operationV2(operation: Operation): Json {
  const { body, result, description, id, query } = operation;
  const parameters = [
    ...(body === undefined
      ? []
      : [
          {
            in: 'body',
            name: 'body',
            required: body !== 'V1DeleteOptions',
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
    consumes: body === 'patch' ? PATCH_TYPES : ['*/*'],
    description,
    operationId: id,
    ...(parameters.length === 0 ? {} : { parameters }),
    produces: [result === undefined ? '*/*' : JSON_TYPE],
    responses: {
      '200': {
        description: 'OK',
        schema: result === undefined ? { type: 'string' } : reference(V2, definitionName(result)),
      },
      '401': { description: 'Unauthorized' },
    },
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
  const { body, result, description, id, query } = operation;
  const schema = body === undefined ? undefined : reference(V3, bodyName(body));
  const types = body === 'patch' ? PATCH_TYPES : BODY_TYPES;
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
            ...(body === 'V1DeleteOptions' ? {} : { required: true }),
          },
        }),
    responses: {
      '200': {
        description: 'OK',
        content:
          result === undefined
            ? { '*/*': { schema: { type: 'string' } } }
            : { [JSON_TYPE]: { schema: reference(V3, definitionName(result)) } },
      },
      '401': { description: 'Unauthorized' },
    },
    ...common(operation),
  };
}

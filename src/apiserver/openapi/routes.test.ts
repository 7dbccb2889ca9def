import assert from 'node:assert/strict';
import protobuf from 'protobufjs';
import { kinds } from '../../api/kinds/index.ts';
import type { ApiResponse } from '../../api/request.ts';
import { StatusError } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import { nonResourceHandler } from '../verbs/nonResource.ts';
import { LiveResources } from '../resources/table.ts';
import { openApiRoutes } from './routes.ts';

const handle = nonResourceHandler(openApiRoutes({ resources: new LiveResources(kinds), version: 'v1.36.0' }));

async function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<Extract<ApiResponse, { type: 'raw' }>> {
  const { pathname, searchParams } = new URL(url, 'https://x');
  const request = { info: { path: pathname, verb: 'get' }, headers, query: searchParams };
  const answer = await handle({ request } as unknown as Exchange);
  assert.ok(answer.type === 'raw');
  return answer;
}

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  description?: string;
  default?: unknown;
  enum?: string[];
  type?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  [extension: `x-${string}`]: unknown;
}
interface Parameter {
  name: string;
}
interface Operation {
  'x-kubernetes-action': string;
  'x-kubernetes-group-version-kind': { kind: string };
  operationId: string;
  produces?: string[];
  parameters: Parameter[];
}
type Paths = Record<string, Record<string, Operation>>;
interface V2 {
  paths: Paths;
  definitions: Record<string, Schema>;
}
interface V3 {
  paths: Paths;
  components: { schemas: Record<string, Schema> };
}

async function json<T>(url: string): Promise<T> {
  const { body } = await get(url, { accept: 'application/json' });
  return JSON.parse(Buffer.from(body as Uint8Array).toString()) as T;
}

function references(schema: Schema): string[] {
  return (
    JSON.stringify(schema)
      .match(/"\$ref":"[^"]+"/g)
      ?.map((text) => text.slice(8, -1)) ?? []
  );
}

describe('openApiRoutes', () => {
  it('v2 names definitions as upstream and refers only to what it has', async () => {
    const { definitions, paths } = await json<V2>('/openapi/v2');
    for (const name of [
      'io.k8s.api.core.v1.Pod',
      'io.k8s.api.core.v1.PodList',
      'io.k8s.api.apps.v1.DeploymentSpec',
      'io.k8s.api.rbac.v1.ClusterRole',
      'io.k8s.api.events.v1.Event',
      'io.k8s.api.autoscaling.v1.Scale',
      'io.k8s.api.policy.v1.Eviction',
      'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
      'io.k8s.apimachinery.pkg.version.Info',
    ]) {
      assert.ok(definitions[name], name);
    }
    const wanted = new Set(references({ properties: { ...definitions, ...(paths as object) } }));
    for (const reference of wanted)
      assert.ok(definitions[reference.replace('#/definitions/', '')], reference);
  });

  it('v2 carries kinds, merge keys and list types', async () => {
    const { definitions } = await json<V2>('/openapi/v2');
    assert.deepEqual(definitions['io.k8s.api.apps.v1.Deployment']?.['x-kubernetes-group-version-kind'], [
      { group: 'apps', kind: 'Deployment', version: 'v1' },
    ]);
    const ports = definitions['io.k8s.api.core.v1.Container']?.properties?.ports;
    assert.equal(ports?.['x-kubernetes-patch-merge-key'], 'containerPort');
    assert.equal(ports['x-kubernetes-patch-strategy'], 'merge');
    assert.equal(ports['x-kubernetes-list-type'], 'map');
    assert.deepEqual(ports['x-kubernetes-list-map-keys'], ['containerPort', 'protocol']);
    const volumes = definitions['io.k8s.api.core.v1.PodSpec']?.properties?.volumes;
    assert.equal(volumes?.['x-kubernetes-patch-strategy'], 'merge,retainKeys');
    const selector = definitions['io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector'];
    assert.equal(selector?.['x-kubernetes-map-type'], 'atomic');
  });

  it('tells of a field what it is for and which values it has, and v3 what it holds where nothing is said', async () => {
    const { definitions } = await json<V2>('/openapi/v2');
    const { components } = await json<V3>('/openapi/v3/api/v1');
    const field = (schemas: Record<string, Schema>, name: string, property: string) =>
      schemas[`io.k8s.api.core.v1.${name}`]?.properties?.[property];
    for (const schemas of [definitions, components.schemas]) {
      const probe = field(schemas, 'Container', 'livenessProbe');
      assert.match(probe?.description ?? '', /^Periodic probe of container liveness\./);
      assert.match(field(schemas, 'EnvVar', 'valueFrom')?.description ?? '', /^Source for the environment/);
      assert.match(field(schemas, 'Pod', 'status')?.description ?? '', /^Most recently observed status/);
      assert.match(field(schemas, 'Volume', 'image')?.description ?? '', /^image represents an OCI object/);
      assert.deepEqual(field(schemas, 'ContainerPort', 'protocol')?.enum, ['SCTP', 'TCP', 'UDP']);
      const claimed = field(schemas, 'NodeAllocatableResourceClaimStatus', 'containers');
      assert.equal(claimed?.['x-kubernetes-list-type'], 'set');
    }
    assert.ok(!JSON.stringify(definitions).includes('"default":{}'));
    const preset = (name: string, property: string) => field(components.schemas, name, property)?.default;
    assert.deepEqual(preset('Pod', 'spec'), {});
    assert.deepEqual(preset('Container', 'resources'), {});
    assert.deepEqual(field(components.schemas, 'Pod', 'spec')?.allOf, [
      { $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' },
    ]);
    assert.equal(preset('Container', 'name'), '');
    assert.equal(preset('ContainerPort', 'containerPort'), 0);
    assert.equal(preset('ContainerPort', 'protocol'), 'TCP');
    assert.equal(preset('LocalObjectReference', 'name'), '');
    assert.equal(preset('PodSpec', 'securityContext'), undefined);
    assert.equal(preset('ObjectMeta', 'creationTimestamp'), undefined);
    assert.deepEqual(field(components.schemas, 'Container', 'command')?.items, {
      type: 'string',
      default: '',
    });
  });

  it('every patch takes the parameters that clients look for', async () => {
    for (const { paths } of [await json<V2>('/openapi/v2'), await json<V3>('/openapi/v3/apis/apps/v1')]) {
      const patch = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.patch;
      assert.equal(patch?.['x-kubernetes-action'], 'patch');
      assert.equal(patch['x-kubernetes-group-version-kind'].kind, 'Deployment');
      const names = patch.parameters.map((parameter) => parameter.name);
      for (const name of ['dryRun', 'fieldManager', 'fieldValidation', 'force'])
        assert.ok(names.includes(name), name);
    }
  });

  it('v3 indexes a document for every version of a group, and each is complete in itself', async () => {
    const { paths } = await json<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
    const groupVersions = new Set(
      kinds.flatMap((kind) =>
        [kind, ...(kind.alsoServedAs ?? [])].map(({ resource: { group, version } }) =>
          group === '' ? `api/${version}` : `apis/${group}/${version}`,
        ),
      ),
    );
    const groups = [...groupVersions]
      .filter((path) => path.startsWith('apis/'))
      .map((path) => path.replace(/\/\w+$/, ''));
    const roots = ['.well-known/openid-configuration', 'api', 'apis', 'openid/v1/jwks', 'version', ...groups];
    assert.deepEqual(new Set(Object.keys(paths)), new Set([...groupVersions, ...roots]));
    for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
      const document = await json<V3>(serverRelativeURL);
      const { schemas } = document.components;
      for (const reference of references(document as unknown as Schema)) {
        assert.ok(schemas[reference.replace('#/components/schemas/', '')], `${name}: ${reference}`);
      }
    }
    const { components } = await json<V3>('/openapi/v3/apis/apps/v1');
    const strategy = components.schemas['io.k8s.api.apps.v1.DeploymentSpec']?.properties?.strategy;
    assert.deepEqual(strategy?.allOf, [
      { $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy' },
    ]);
    assert.ok(strategy.description);
  });

  it('has the paths that tell what is served', async () => {
    const { paths } = await json<V2>('/openapi/v2');
    const ids = (of: Paths, path: string) =>
      Object.values(of[path] ?? {}).map(({ operationId }) => operationId);
    assert.deepEqual(ids(paths, '/apis/apps/'), ['getAppsAPIGroup']);
    assert.deepEqual(ids(paths, '/version/'), ['getCodeVersion']);
    assert.deepEqual(ids(paths, '/api/v1/'), ['getCoreV1APIResources']);
    const apps = await json<V3>('/openapi/v3/apis/apps');
    assert.deepEqual(ids(apps.paths, '/apis/apps/'), ['getAppsAPIGroup']);
    assert.ok(apps.components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup']);
    const version = await json<V3>('/openapi/v3/apis/apps/v1');
    assert.deepEqual(ids(version.paths, '/apis/apps/v1/'), ['getAppsV1APIResources']);
  });

  it('has what a proxy passes on, with the path below it', async () => {
    const { paths } = await json<V2>('/openapi/v2');
    const proxy = paths['/api/v1/namespaces/{namespace}/services/{name}/proxy/{path}'] ?? {};
    const { parameters, ...operations } = proxy;
    assert.deepEqual(Object.keys(operations), ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);
    assert.equal(operations.head?.operationId, 'connectCoreV1HeadNamespacedServiceProxyWithPath');
    assert.equal(operations.head['x-kubernetes-action'], 'connect');
    assert.deepEqual(
      (parameters as unknown as Parameter[]).map(({ name }) => name),
      ['name', 'namespace', 'path'],
    );
    const exec = paths['/api/v1/namespaces/{namespace}/pods/{name}/exec'];
    assert.deepEqual(
      exec?.post?.parameters.map(({ name }) => name),
      ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty'],
    );
    assert.equal(exec.post.operationId, 'connectCoreV1PostNamespacedPodExec');
  });

  it('says in which media types objects, lists and logs are answered', async () => {
    const { paths } = await json<V2>('/openapi/v2');
    const produced = (path: string) => paths[`/api/v1/namespaces/{namespace}/${path}`]?.get?.produces;
    const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
    assert.deepEqual(produced('pods/{name}'), types);
    assert.deepEqual(produced('pods/{name}/log'), ['text/plain', ...types]);
    const streams = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
    assert.deepEqual(produced('pods'), [...types, ...streams]);
  });

  it('v3 sends a client with an old hash to the new one', async () => {
    const answer = await get('/openapi/v3/api/v1?hash=OLD');
    assert.equal(answer.code, 301);
    assert.match(answer.headers.location ?? '', /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/);
    const current = await get(answer.headers.location ?? '');
    assert.equal(current.code, 200);
    assert.equal(current.headers['cache-control'], 'public, immutable');
  });

  it('answers 304 to a client that has the document, and 404 and 406 where there is none', async () => {
    const first = await get('/openapi/v2');
    const again = await get('/openapi/v2', { 'if-none-match': first.headers.etag ?? '' });
    assert.equal(again.code, 304);
    const code = (expected: number) => (error: unknown) =>
      error instanceof StatusError && error.code === expected;
    await assert.rejects(get('/openapi/v3/apis/none/v1'), code(404));
    await assert.rejects(get('/openapi/v2', { accept: 'text/html' }), code(406));
  });

  it('v2 as protobuf says the same as JSON', async () => {
    const answer = await get('/openapi/v2', {
      accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    });
    assert.equal(
      answer.headers['content-type'],
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    );
    const type = protobuf.parse(GNOSTIC, { keepCase: true }).root.lookupType('Document');
    const decoded = type.toObject(type.decode(answer.body as Uint8Array)) as {
      swagger: string;
      paths: {
        path: Named<{ patch?: { operation_id: string; vendor_extension: Named<{ yaml: string }>[] } }>[];
      };
      definitions: { additional_properties: Named<SchemaMessage>[] };
    };
    const plain = await json<V2>('/openapi/v2');
    assert.equal(decoded.swagger, '2.0');
    assert.deepEqual(
      decoded.paths.path.map((path) => path.name),
      Object.keys(plain.paths),
    );
    assert.deepEqual(
      Object.fromEntries(
        decoded.definitions.additional_properties.map(({ name, value }) => [name, schemaOf(value)]),
      ),
      plain.definitions,
    );
    const patch = decoded.paths.path.find((path) => path.name.endsWith('/pods/{name}'))?.value.patch;
    assert.equal(patch?.operation_id, 'patchCoreV1NamespacedPod');
    assert.deepEqual(
      patch.vendor_extension.map(({ name, value }): unknown[] => [name, JSON.parse(value.yaml)]),
      [
        ['x-kubernetes-action', 'patch'],
        ['x-kubernetes-group-version-kind', { group: '', kind: 'Pod', version: 'v1' }],
      ],
    );
  });
});

interface Named<T> {
  name: string;
  value: T;
}
interface SchemaMessage {
  _ref?: string;
  format?: string;
  description?: string;
  required?: string[];
  enum?: { yaml: string }[];
  additional_properties?: { schema: SchemaMessage };
  type?: { value: string[] };
  items?: { schema: SchemaMessage[] };
  properties?: { additional_properties: Named<SchemaMessage>[] };
  vendor_extension?: Named<{ yaml: string }>[];
}

/** The JSON that a message stands for. */
function schemaOf(message: SchemaMessage): unknown {
  const {
    _ref,
    format,
    description,
    required,
    enum: values,
    additional_properties,
    type,
    items,
    properties,
    vendor_extension,
  } = message;
  const [item] = items?.schema ?? [];
  return {
    ...(_ref === undefined ? {} : { $ref: _ref }),
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
    ...(required === undefined ? {} : { required }),
    ...(values === undefined ? {} : { enum: values.map(({ yaml }): unknown => JSON.parse(yaml)) }),
    ...(additional_properties === undefined
      ? {}
      : { additionalProperties: schemaOf(additional_properties.schema) }),
    ...(type === undefined ? {} : { type: type.value[0] }),
    ...(item === undefined ? {} : { items: schemaOf(item) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            properties.additional_properties.map(({ name, value }) => [name, schemaOf(value)]),
          ),
        }),
    ...Object.fromEntries((vendor_extension ?? []).map(({ name, value }) => [name, JSON.parse(value.yaml)])),
  };
}

/** The part of gnostic's OpenAPIv2.proto that is written: field numbers as there. */
const GNOSTIC = `
syntax = "proto3";
message Document { string swagger = 1; Paths paths = 8; Definitions definitions = 9; }
message Paths { repeated NamedPathItem path = 2; }
message NamedPathItem { string name = 1; PathItem value = 2; }
message PathItem { Operation get = 2; Operation put = 3; Operation post = 4; Operation delete = 5; Operation patch = 8; }
message Operation { string description = 3; string operation_id = 5; repeated NamedAny vendor_extension = 13; }
message Definitions { repeated NamedSchema additional_properties = 1; }
message NamedSchema { string name = 1; Schema value = 2; }
message NamedAny { string name = 1; Any value = 2; }
message Any { string yaml = 2; }
message AdditionalPropertiesItem { oneof oneof { Schema schema = 1; bool boolean = 2; } }
message TypeItem { repeated string value = 1; }
message ItemsItem { repeated Schema schema = 1; }
message Properties { repeated NamedSchema additional_properties = 1; }
message Schema {
  string _ref = 1; string format = 2; string description = 4; repeated string required = 19;
  repeated Any enum = 20;
  AdditionalPropertiesItem additional_properties = 21; TypeItem type = 22; ItemsItem items = 23;
  Properties properties = 25; repeated NamedAny vendor_extension = 31;
}`;

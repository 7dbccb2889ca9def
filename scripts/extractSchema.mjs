/**
 * Extracts the schema of the Kubernetes API from the generated models of @kubernetes/client-node into two files that
 * git ignores: src/api/schema/builtIn/structure.generated.json (types, small, everybody's) and
 * src/api/schema/builtIn/documentation.generated.json (the models' descriptions, read only for OpenAPI). Does nothing where
 * they are up to date. The lines' form is described in src/api/schema/builtIn/models.ts and documentation.ts, their readers.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EVERYWHERE, NEWER_FIELDS } from './newerFields.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const library = join(root, 'node_modules/@kubernetes/client-node');
const declarations = join(root, 'node_modules/kubernetes-types');
const target = join(root, 'src/api/schema/builtIn');
const structureFile = join(target, 'structure.generated.json');
const documentationFile = join(target, 'documentation.generated.json');

/** Stable versions only: nothing else is served, and the alpha and beta models double the size. */
const STABLE = /^(?:[A-Z][A-Za-z]*?)?V\d+(?=[A-Z])(?!\w*?alpha\d|\w*?beta\d)/;

/** apimachinery's own types; every API uses them. */
const META =
  'APIGroup APIGroupList APIResource APIResourceList APIVersions Condition DeleteOptions FieldSelectorRequirement ' +
  'GroupVersionForDiscovery LabelSelector LabelSelectorRequirement ListMeta ManagedFieldsEntry ObjectMeta ' +
  'OwnerReference Preconditions ServerAddressByClientCIDR ShardInfo Status StatusCause StatusDetails WatchEvent';

/** Go packages by the API class that uses their kinds, in the order in which shared types are claimed. */
const PACKAGES = {
  CoreV1: 'core.v1',
  AutoscalingV1: 'autoscaling.v1',
  AuthenticationV1: 'authentication.v1',
  PolicyV1: 'policy.v1',
  AppsV1: 'apps.v1',
  BatchV1: 'batch.v1',
  RbacAuthorizationV1: 'rbac.v1',
  NetworkingV1: 'networking.v1',
  StorageV1: 'storage.v1',
  DiscoveryV1: 'discovery.v1',
  EventsV1: 'events.v1',
  CoordinationV1: 'coordination.v1',
  SchedulingV1: 'scheduling.v1',
  AuthorizationV1: 'authorization.v1',
  AdmissionregistrationV1: 'admissionregistration.v1',
  ApiextensionsV1: 'apiextensions.v1',
  ApiregistrationV1: 'apiregistration.v1',
  AutoscalingV2: 'autoscaling.v2',
  CertificatesV1: 'certificates.v1',
  FlowcontrolApiserverV1: 'flowcontrol.v1',
  NodeV1: 'node.v1',
  ResourceV1: 'resource.v1',
};

/** Types that a package owns although another one's kinds reach them first. */
const OWNED = {
  V1Scale: 'autoscaling.v1',
  V1ScaleSpec: 'autoscaling.v1',
  V1ScaleStatus: 'autoscaling.v1',
  V1Eviction: 'policy.v1',
  AuthenticationV1TokenRequest: 'authentication.v1',
  V1TokenRequestSpec: 'authentication.v1',
  V1TokenRequestStatus: 'authentication.v1',
  V1BoundObjectReference: 'authentication.v1',
  V1TopologySelectorTerm: 'core.v1',
  V1TopologySelectorLabelRequirement: 'core.v1',
};

const SCALARS = {
  string: 'string',
  boolean: 'boolean',
  any: 'any',
  Date: 'time',
  V1MicroTime: 'microtime',
  IntOrString: 'intOrString',
  number: 'double',
};

/** `Array<V1Foo>` → `[]V1Foo`, `{ [key: string]: string; }` → `{}string`. */
function typeOf(type, format) {
  const array = /^Array<(.*)>$/.exec(type);
  if (array !== null) return `[]${typeOf(array[1], format)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map !== null) return `{}${typeOf(map[1], format)}`;
  if (type === 'number' && (format === 'int32' || format === 'int64')) return format;
  if (type === 'string' && format === 'byte') return 'byte';
  return SCALARS[type] ?? type;
}

const unescape = (text) =>
  text
    .replace(/\\(['"`\\])/g, '$1')
    .replace(/\*\u200b?\\\//g, '*/')
    .trim();

function readModel(name) {
  const code = readFileSync(join(library, 'dist/gen/models', `${name}.js`), 'utf8');
  const table = /attributeTypeMap = (\[[\s\S]*?\n?\]);/.exec(code);
  if (table === null) return undefined;
  const declaration = readFileSync(join(library, 'dist/gen/models', `${name}.d.ts`), 'utf8');
  const [head, body = ''] = declaration.split('export declare class');
  const comments = [...head.matchAll(/\/\*\*\n([\s\S]*?)\*\//g)];
  const strip = (comment) => unescape(comment.replace(/^\s*\*? ?/gm, '').replace(/\n/g, ' '));
  const declared = new Map();
  for (const [, comment, property, optional] of body.matchAll(
    /(?:\/\*\*\n((?:(?!\*\/)[\s\S])*?)\*\/\s*)?'([^']+)'(\??): /g,
  )) {
    declared.set(property, { description: strip(comment ?? ''), required: optional === '' });
  }
  return {
    name,
    description: comments.length < 2 ? '' : strip(comments.at(-1)[1]),
    properties: JSON.parse(table[1]).map((p) => ({
      name: p.baseName,
      type: typeOf(p.type, p.format),
      ...(declared.get(p.name) ?? { description: '', required: false }),
    })),
  };
}

/** Types whose fields the official client describes with the type's text, or with none, instead of the field's own. */
const REFERENCE = /^(?:[A-Z]|time$|microtime$|intOrString$|any$)/;

/** The fields' own texts from the package kubernetes-types: `ObjectMeta.name` by Go package (`meta.v1`). */
function readDeclarations(group) {
  const file = join(declarations, `${group.replace('.', '/')}.d.ts`);
  const texts = new Map();
  if (!existsSync(file)) return texts;
  const source = readFileSync(file, 'utf8');
  for (const [, name, body] of source.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    for (const [, comment, property] of body.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*(?:readonly )?"?([\w$-]+)"?\??: /g,
    )) {
      texts.set(`${name}.${property}`, unescape(comment.replace(/^\s*\*? ?/gm, '').replace(/\n/g, ' ')));
    }
  }
  return texts;
}

/** Which Go package each model belongs to: the first API that reaches it. */
function packagesOf(models) {
  const owner = new Map();
  for (const name of META.split(' ')) owner.set(`V1${name}`, 'meta.v1');
  for (const [name, group] of Object.entries(OWNED)) owner.set(name, group);
  const claim = (name, group) => {
    const model = models.get(name);
    if (model === undefined || owner.has(name)) return;
    owner.set(name, group);
    for (const property of model.properties) claim(property.type.replace(/^(\[\]|\{\})+/, ''), group);
  };
  for (const [api, group] of Object.entries(PACKAGES)) {
    const text = readFileSync(join(library, 'dist/gen/apis', `${api}Api.d.ts`), 'utf8');
    for (const [, name] of text.matchAll(/from '\.\.\/models\/(\w+)\.js'/g)) claim(name, group);
  }
  return owner;
}

function extract(stamp) {
  const models = new Map();
  for (const file of readdirSync(join(library, 'dist/gen/models')).sort()) {
    const name = /^(\w+)\.js$/.exec(file)?.[1];
    if (name === undefined || !(STABLE.test(name) || name === 'VersionInfo')) continue;
    const model = readModel(name);
    if (model !== undefined) models.set(name, model);
  }
  const owner = packagesOf(models);
  const structure = [];
  const documentation = [];
  const declared = new Map([...new Set(owner.values())].map((group) => [group, readDeclarations(group)]));
  for (const { name, description, properties } of models.values()) {
    const group = owner.get(name) ?? (name === 'VersionInfo' ? 'version' : undefined);
    if (group === undefined) continue;
    structure.push(
      [name, group, ...properties.map((p) => `${p.name}${p.required ? '!' : ''}:${p.type}`)].join(' '),
    );
    const goName = name.replace(/^(?:[A-Z][a-z]+)?V\d+/, '');
    const texts = declared.get(group);
    const own = (field) => {
      if (!REFERENCE.test(field.type)) return field.description;
      return (
        texts.get(`${goName}.${field.name}`) ??
        NEWER_FIELDS[`${name}.${field.name}`] ??
        EVERYWHERE[`${field.name} ${field.type}`] ??
        ''
      );
    };
    documentation.push([name, description, ...properties.map(own)].join('\n'));
  }
  // The stamp goes into the file that is written last, so that an interrupted run is repeated.
  writeFileSync(documentationFile, `${JSON.stringify({ models: documentation }, undefined, 0)}\n`);
  writeFileSync(structureFile, `${JSON.stringify({ stamp, models: structure }, undefined, 0)}\n`);
  return structure.length;
}

const { version } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
const { version: textsVersion } = JSON.parse(readFileSync(join(declarations, 'package.json'), 'utf8'));
const digest = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(readFileSync(join(root, 'scripts/newerFields.mjs')))
  .update(textsVersion)
  .digest('hex');
const stamp = `${version} ${digest.slice(0, 16)}`;
const upToDate =
  existsSync(structureFile) &&
  existsSync(documentationFile) &&
  readFileSync(structureFile, 'utf8').startsWith(`{"stamp":${JSON.stringify(stamp)}`);
if (!upToDate) {
  const count = extract(stamp);
  console.log(`schema: ${count} models of @kubernetes/client-node ${version}`);
}

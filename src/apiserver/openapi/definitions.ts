import type { Documentation, ModelDocumentation } from '../../api/schema/documentation.ts';
import { atomicModels } from '../../api/schema/mergeKeys.ts';
import { modelOf, type Property, type Scalar, type Type } from '../../api/schema/models.ts';
import { COMMON, definitionName, type GroupVersionKind } from './names.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What differs between the two versions of OpenAPI. */
export interface Flavour {
  readonly prefix: '#/definitions/' | '#/components/schemas/';
  /** OpenAPI 3.0 ignores what stands beside a `$ref`: a described reference is wrapped. */
  readonly wrapReferences: boolean;
}

export const V2: Flavour = { prefix: '#/definitions/', wrapReferences: false };
export const V3: Flavour = { prefix: '#/components/schemas/', wrapReferences: true };

export interface DefinitionSource {
  readonly flavour: Flavour;
  readonly documentation: Documentation;
  readonly kinds: ReadonlyMap<string, readonly GroupVersionKind[]>;
}

/** The definitions of some models and of all that they refer to, sorted by name. */
export function definitionsOf(source: DefinitionSource, models: Iterable<string>): Json {
  const pending = [...new Set(models)];
  const seen = new Set(pending);
  const made = new Map<string, Json>();
  const refer = (type: Type): void => {
    if (type.kind === 'array') refer(type.items);
    else if (type.kind === 'map') refer(type.values);
    else if (type.kind === 'model' && !seen.has(type.model)) {
      seen.add(type.model);
      pending.push(type.model);
    }
  };
  for (let model = pending.pop(); model !== undefined; model = pending.pop()) {
    made.set(definitionName(model), definitionOf(source, model));
    for (const property of modelOf(model).properties.values()) refer(property.type);
  }
  for (const [name, definition] of commonDefinitions(source.flavour)) made.set(name, definition);
  return Object.fromEntries([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function definitionOf(source: DefinitionSource, name: string): Json {
  const model = modelOf(name);
  const documentation = source.documentation(name);
  const properties = [...model.properties.values()];
  const required = properties.filter((property) => property.required).map((property) => property.name);
  const kinds = source.kinds.get(name);
  return {
    ...describedBy(documentation.description),
    type: 'object',
    ...(properties.length === 0
      ? {}
      : {
          properties: Object.fromEntries(
            properties.map((property) => [
              property.name,
              propertySchema(source, name, property, documentation),
            ]),
          ),
        }),
    ...(required.length === 0 ? {} : { required }),
    ...(kinds === undefined ? {} : { 'x-kubernetes-group-version-kind': kinds }),
    ...(atomicModels.has(name) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

/** What every API says of its fields of these types. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  V1ObjectMeta:
    "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
  V1ListMeta:
    'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};

function propertySchema(
  { flavour, documentation }: DefinitionSource,
  model: string,
  property: Property,
  described: ModelDocumentation,
): Json {
  const own = described.property(property.name);
  // The generated models keep no description of fields that refer to another model: its own begins with the gist.
  const description =
    own === '' && property.type.kind === 'model'
      ? (WELL_KNOWN[property.type.model] ?? firstSentence(documentation(property.type.model).description))
      : own;
  return {
    ...describedBy(description),
    ...schemaOf(flavour, property.type, `${model}.${property.name}`, description !== ''),
    ...extensions(property),
  };
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}

/** How the property merges, where that is not the default. */
function extensions(property: Property): Json {
  const { type, merge, listMapKeys, patchStrategy, patchMergeKey, retainKeys } = property;
  if (type.kind !== 'array') {
    return {
      ...(type.kind === 'map' && merge === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      ...(retainKeys ? { 'x-kubernetes-patch-strategy': 'retainKeys' } : {}),
      ...(patchStrategy === 'replace' ? { 'x-kubernetes-patch-strategy': 'replace' } : {}),
    };
  }
  return {
    ...(merge === 'map' ? { 'x-kubernetes-list-map-keys': listMapKeys } : {}),
    'x-kubernetes-list-type': merge,
    ...(patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patchMergeKey }),
    ...(patchStrategy === 'merge'
      ? { 'x-kubernetes-patch-strategy': retainKeys ? 'merge,retainKeys' : 'merge' }
      : {}),
  };
}

/** `beside`: something else stands in the same schema. */
function schemaOf(flavour: Flavour, type: Type, field: string, beside: boolean): Json {
  switch (type.kind) {
    case 'array':
      return { type: 'array', items: schemaOf(flavour, type.items, field, false) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(flavour, type.values, field, false) };
    case 'model':
      return reference(flavour, definitionName(type.model), beside);
    case 'scalar':
      return scalarSchema(flavour, type.scalar, field, beside);
  }
}

function scalarSchema(flavour: Flavour, scalar: Scalar, field: string, beside: boolean): Json {
  switch (scalar) {
    case 'string':
    case 'boolean':
      return { type: scalar };
    case 'int32':
    case 'int64':
      return { type: 'integer', format: scalar };
    case 'double':
      return { type: 'number', format: 'double' };
    case 'byte':
      return { type: 'string', format: 'byte' };
    case 'any': {
      // A JSON schema's own values can be anything; other free parts are objects.
      if (field.startsWith('V1JSONSchemaProps.')) return {};
      const name = field === 'V1ManagedFieldsEntry.fieldsV1' ? COMMON.fieldsV1 : COMMON.raw;
      return reference(flavour, name, beside);
    }
    case 'time':
    case 'microtime':
    case 'intOrString':
    case 'quantity':
      return reference(flavour, COMMON[scalar], beside);
  }
}

/** A reference to a definition by its full name. */
export function reference(flavour: Flavour, name: string, beside = false): Json {
  const ref = { $ref: `${flavour.prefix}${name}` };
  return flavour.wrapReferences && beside ? { allOf: [ref] } : ref;
}

function describedBy(description: string): Json {
  return description === '' ? {} : { description };
}

function commonDefinitions(flavour: Flavour): [string, Json][] {
  const v3 = flavour === V3;
  return [
    [
      COMMON.quantity,
      {
        description:
          'A fixed-point number such as 100m, 1.5 or 64Mi: digits, at most one point, and a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent).',
        ...(v3 ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' }),
      },
    ],
    [
      COMMON.intOrString,
      {
        description: 'A number, or a string such as a name or a percentage.',
        ...(v3 ? { oneOf: [{ type: 'integer' }, { type: 'string' }] } : { type: 'string' }),
        format: 'int-or-string',
      },
    ],
    [COMMON.time, { description: 'A time as in RFC 3339, in seconds.', type: 'string', format: 'date-time' }],
    [
      COMMON.microtime,
      { description: 'A time as in RFC 3339, in microseconds.', type: 'string', format: 'date-time' },
    ],
    [
      COMMON.patch,
      { description: "A patch in the form that the request's Content-Type names.", type: 'object' },
    ],
    [COMMON.fieldsV1, { description: 'A set of fields in JSON, one key per path element.', type: 'object' }],
    [COMMON.raw, { description: 'Any object.', type: 'object' }],
  ];
}

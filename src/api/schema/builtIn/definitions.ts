import { COMMON, describedBy, type Definition, type Flavour, type Json, reference } from '../definition.ts';
import type { Documentation, ModelDocumentation } from './documentation.ts';
import { modelOf, type Property, type Scalar, type Type } from './models.ts';

/** Where Go packages are in the names of definitions; all others are in k8s.io/api. */
const PACKAGES: Readonly<Record<string, string>> = {
  'meta.v1': 'io.k8s.apimachinery.pkg.apis.meta.v1',
  version: 'io.k8s.apimachinery.pkg.version',
  'apiextensions.v1': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  'apiregistration.v1': 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
};

const known = new Map<string, Definition>();

/** The OpenAPI definition of a model. */
export function definitionOf(model: string): Definition {
  let definition = known.get(model);
  if (definition === undefined) known.set(model, (definition = new ModelDefinition(model)));
  return definition;
}

class ModelDefinition implements Definition {
  readonly name: string;
  readonly stamp = '';
  readonly #model: string;

  constructor(model: string) {
    const { goPackage, goName } = modelOf(model);
    this.name = `${PACKAGES[goPackage] ?? `io.k8s.api.${goPackage}`}.${goPackage === 'version' ? 'Info' : goName}`;
    this.#model = model;
  }

  references(): readonly Definition[] {
    return [...modelOf(this.#model).properties.values()].flatMap(({ type }) => {
      const named = namedIn(type);
      return named === undefined ? [] : [definitionOf(named)];
    });
  }

  render(flavour: Flavour, documentation: Documentation): Json {
    const model = modelOf(this.#model);
    const described = documentation(model.name);
    const properties = [...model.properties.values()];
    const required = properties.filter((property) => property.required).map((property) => property.name);
    return {
      ...describedBy(described.description),
      type: 'object',
      ...(properties.length === 0
        ? {}
        : {
            properties: Object.fromEntries(
              properties.map((property) => [
                property.name,
                propertySchema(flavour, documentation, model.name, property, described),
              ]),
            ),
          }),
      ...(required.length === 0 ? {} : { required }),
      ...(model.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    };
  }
}

/** The model that a type is made of. */
function namedIn(type: Type): string | undefined {
  switch (type.kind) {
    case 'list':
      return namedIn(type.items);
    case 'map':
      return namedIn(type.values);
    case 'struct':
      return type.name;
    case 'scalar':
      return undefined;
  }
}

/** What every API says of its fields of these types. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  V1ObjectMeta:
    "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
  V1ListMeta:
    'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};

function propertySchema(
  flavour: Flavour,
  documentation: Documentation,
  model: string,
  property: Property,
  described: ModelDocumentation,
): Json {
  const own = described.property(property.name);
  // The generated models keep no description of fields that refer to another model: its own begins with the gist.
  const description =
    own === '' && property.type.kind === 'struct'
      ? (WELL_KNOWN[property.type.name] ?? firstSentence(documentation(property.type.name).description))
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
  if (type.kind !== 'list') {
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
    case 'list':
      return { type: 'array', items: schemaOf(flavour, type.items, field, false) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(flavour, type.values, field, false) };
    case 'struct':
      return reference(flavour, definitionOf(type.name).name, beside);
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

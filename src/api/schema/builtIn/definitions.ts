import { COMMON, describedBy, type Definition, type Flavour, type Json, reference } from '../definition.ts';
import { defaultOf, emptyOf } from './defaults.ts';
import type { Documentation, ModelDocumentation } from './documentation.ts';
import { enums } from './enums.ts';
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

function propertySchema(
  flavour: Flavour,
  documentation: Documentation,
  model: string,
  property: Property,
  described: ModelDocumentation,
): Json {
  const own = described.property(property.name);
  // A few fields have no text of their own: that of their type begins with the gist.
  const description =
    own === '' && property.type.kind === 'struct'
      ? firstSentence(documentation(property.type.name).description)
      : own;
  const field: Field = {
    flavour,
    path: `${model}.${property.name}`,
    values: enums[model]?.[property.name],
  };
  const preset = flavour.version === 3 ? defaultOf(model, property) : undefined;
  return {
    ...describedBy(description),
    ...schemaOf(field, property.type, { described: description !== '', preset }),
    ...extensions(property),
  };
}

/** The properties that all parts of a field's schema share. */
interface Field {
  readonly flavour: Flavour;
  /** `V1Pod.spec`. */
  readonly path: string;
  /** The values that its strings can have, where that is a closed set. */
  readonly values: readonly string[] | undefined;
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

function schemaOf(
  field: Field,
  type: Type,
  { described, preset }: { described: boolean; preset: unknown },
): Json {
  const beside = described || preset !== undefined;
  const made = schemaOfType(field, type, beside);
  return preset === undefined ? made : { ...made, default: preset };
}

function schemaOfType(field: Field, type: Type, beside: boolean): Json {
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: elementSchema(field, type.items) };
    case 'map':
      return { type: 'object', additionalProperties: elementSchema(field, type.values) };
    case 'struct':
      return reference(field.flavour, definitionOf(type.name).name, beside);
    case 'scalar': {
      const { values } = field;
      return {
        ...scalarSchema(field, type.scalar, beside),
        ...(type.scalar === 'string' && values !== undefined ? { enum: values } : {}),
      };
    }
  }
}

function elementSchema(field: Field, type: Type): Json {
  const preset = field.flavour.version === 3 ? emptyOf(type) : undefined;
  return schemaOf(field, type, { described: false, preset });
}

function scalarSchema({ flavour, path }: Field, scalar: Scalar, beside: boolean): Json {
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
      if (path.startsWith('V1JSONSchemaProps.')) return {};
      const name = path === 'V1ManagedFieldsEntry.fieldsV1' ? COMMON.fieldsV1 : COMMON.raw;
      return reference(flavour, name, beside);
    }
    case 'time':
    case 'microtime':
    case 'intOrString':
    case 'quantity':
      return reference(flavour, COMMON[scalar], beside);
  }
}

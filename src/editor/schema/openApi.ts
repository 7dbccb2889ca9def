import type { SchemaNode, ValueType } from './schemaNode.ts';

/** A schema of OpenAPI v3, as far as Kubernetes uses it. */
export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly items?: OpenApiSchema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** What `/openapi/v3/apis/apps/v1` answers. */
export interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema>> };
}

/** The schema of a kind in the document of its group version; undefined where it is not in there. */
export function openApiSchema(
  document: OpenApiDocument,
  group: string,
  version: string,
  kind: string,
): SchemaNode | undefined {
  const schemas = document.components?.schemas ?? {};
  for (const [name, schema] of Object.entries(schemas)) {
    const own = schema['x-kubernetes-group-version-kind']?.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    );
    if (own === true) return new OpenApiNodes(schemas).named(name);
  }
  return undefined;
}

const REF = '#/components/schemas/';

/** Definitions whose JSON form is not what their schema's type says. */
const SPECIAL: Readonly<Record<string, ValueType>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
};

class OpenApiNodes {
  readonly #schemas: Readonly<Record<string, OpenApiSchema>>;
  readonly #named = new Map<string, SchemaNode>();

  constructor(schemas: Readonly<Record<string, OpenApiSchema>>) {
    this.#schemas = schemas;
  }

  named(name: string): SchemaNode {
    let node = this.#named.get(name);
    if (node === undefined) {
      node = this.#make(this.#schemas[name] ?? {}, name);
      this.#named.set(name, node);
    }
    return node;
  }

  /** A field's own description comes before that of its type. */
  #of(schema: OpenApiSchema): SchemaNode {
    const ref = schema.$ref ?? schema.allOf?.find((part) => part.$ref !== undefined)?.$ref;
    if (ref === undefined) return this.#make(schema, '');
    const node = this.named(ref.slice(REF.length));
    return schema.description === undefined ? node : described(node, schema.description);
  }

  #make(schema: OpenApiSchema, name: string): SchemaNode {
    const { required = [], description = '' } = schema;
    const type = SPECIAL[name] ?? typeOf(schema);
    const item = type === 'list' ? schema.items : type === 'map' ? valuesOf(schema) : undefined;
    const nodeOf = (inner: OpenApiSchema): SchemaNode => this.#of(inner);
    let items: SchemaNode | undefined;
    let fields: ReadonlyMap<string, SchemaNode> | undefined;
    return {
      type,
      typeName: name.slice(name.lastIndexOf('.') + 1),
      description,
      values: (schema.enum ?? []).filter((value) => typeof value === 'string' && value !== '') as string[],
      required,
      open: schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true,
      get fields() {
        return (fields ??= new Map(
          Object.entries(fieldsOf(schema)).map(([key, value]) => [key, nodeOf(value)]),
        ));
      },
      get items() {
        return item === undefined ? ANY : (items ??= nodeOf(item));
      },
    };
  }
}

const ANY: SchemaNode = {
  type: 'any',
  typeName: '',
  description: '',
  values: [],
  required: [],
  fields: new Map(),
  open: true,
};

/** Every object that stands in another one says what it is. */
function fieldsOf({ properties = {}, ...schema }: OpenApiSchema): Readonly<Record<string, OpenApiSchema>> {
  if (schema['x-kubernetes-embedded-resource'] !== true) return properties;
  return {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ...properties,
  };
}

function valuesOf({ additionalProperties }: OpenApiSchema): OpenApiSchema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function typeOf(schema: OpenApiSchema): ValueType {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string')
    return 'intOrString';
  switch (schema.type) {
    case 'object':
      if (schema.properties !== undefined || schema['x-kubernetes-embedded-resource'] === true)
        return 'object';
      if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'any';
      return schema.additionalProperties === undefined ? 'any' : 'map';
    case 'array':
      return 'list';
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return schema.type;
    default:
      return schema.properties === undefined ? 'any' : 'object';
  }
}

function described(node: SchemaNode, description: string): SchemaNode {
  return {
    type: node.type,
    typeName: node.typeName,
    values: node.values,
    required: node.required,
    open: node.open,
    description,
    get fields() {
      return node.fields;
    },
    get items() {
      return node.items ?? ANY;
    },
  };
}

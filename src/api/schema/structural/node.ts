/**
 * A JSON schema as a CustomResourceDefinition has it (`openAPIV3Schema`). The types hold for what has been decoded as one:
 * `items` and `additionalProperties` are decoded by `nestedSchemas`.
 */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  /** What is refused (`$ref`, `definitions`, …) and what says nothing (`example`). */
  readonly [keyword: string]: unknown;
}

/** A rule in CEL (`x-kubernetes-validations`). */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** A structural schema, read once. Keys are an author's, thus in maps. */
export interface SchemaNode {
  /** '' where several types are possible. */
  readonly type: string;
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** The schema of fields that `properties` does not name; undefined if there is none. */
  readonly additional: SchemaNode | undefined;
  readonly items: SchemaNode | undefined;
  readonly nullable: boolean;
  /** Undefined where there is no default. */
  readonly default: unknown;
  readonly preservesUnknown: boolean;
  readonly intOrString: boolean;
  /** True where the value is an object of the API, with apiVersion, kind and metadata of its own. */
  readonly embedded: boolean;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  readonly atomicMap: boolean;
}

/** The schema of `additionalProperties: true`: any value, of which no field is known. */
const UNDESCRIBED: JsonSchema = {};

export function nodeOf(schema: JsonSchema): SchemaNode {
  const { additionalProperties, items } = schema;
  const additional = additionalProperties === true ? UNDESCRIBED : additionalProperties;
  const listType = schema['x-kubernetes-list-type'];
  return {
    type: schema.type ?? '',
    properties: new Map(
      Object.entries(schema.properties ?? {}).map(([name, property]) => [name, nodeOf(property)]),
    ),
    additional: additional === undefined || additional === false ? undefined : nodeOf(additional),
    items: items === undefined ? undefined : nodeOf(items),
    nullable: schema.nullable === true,
    default: schema.default,
    preservesUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    intOrString: schema['x-kubernetes-int-or-string'] === true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
    listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    atomicMap: schema['x-kubernetes-map-type'] === 'atomic',
  };
}

/** The fields that every object of the API has; the schema says nothing of them. */
export const OBJECT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

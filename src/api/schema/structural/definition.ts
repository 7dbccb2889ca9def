import { isRecord } from '../../../base/isRecord.ts';
import { builtIn } from '../builtIn/builtIn.ts';
import type { Documentation } from '../builtIn/documentation.ts';
import { type Definition, type Flavour, type Json, reference } from '../definition.ts';
import type { JsonSchema } from './node.ts';

export interface CustomType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Default: the kind and `List`. */
  readonly listKind?: string;
}

const OBJECT_META = builtIn('V1ObjectMeta');
const LIST_META = builtIn('V1ListMeta');
/** Any kind: its `apiVersion` and `kind` are described as those of all. */
const OBJECT = builtIn('V1ConfigMap');

/** `com.example.stable.v1.CronTab`: the group turned round. */
function definitionName({ group, version }: CustomType, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

/** The OpenAPI definition of a custom type (apiextensions `pkg/controller/openapi/builder/builder.go`). */
export class CustomDefinition implements Definition {
  readonly name: string;
  readonly #schema: JsonSchema;

  constructor(type: CustomType, schema: JsonSchema) {
    this.name = definitionName(type, type.kind);
    this.#schema = schema;
  }

  get stamp(): string {
    return JSON.stringify(this.#schema);
  }

  references(): readonly Definition[] {
    return [OBJECT_META.definition];
  }

  render(flavour: Flavour, documentation: Documentation): Json {
    if (flavour.version === 3) return withObjectFields(this.#schema, flavour, documentation, true);
    // kubectl takes every field for a wrong one that is not among those named, so none is.
    if (this.#schema['x-kubernetes-preserve-unknown-fields'] === true) return { type: 'object' };
    return withObjectFields(forV2(this.#schema), flavour, documentation, true);
  }
}

/** The definition of a list of objects of a custom type. */
export class CustomListDefinition implements Definition {
  readonly name: string;
  readonly stamp = '';
  readonly #item: Definition;
  readonly #kind: string;

  constructor(type: CustomType, item: Definition) {
    this.name = definitionName(type, type.listKind ?? `${type.kind}List`);
    this.#item = item;
    this.#kind = type.kind;
  }

  references(): readonly Definition[] {
    return [this.#item, LIST_META.definition];
  }

  render(flavour: Flavour, documentation: Documentation): Json {
    return {
      description: `A list of ${this.#kind}.`,
      type: 'object',
      required: ['items'],
      properties: {
        ...typeFields(flavour, documentation),
        items: { type: 'array', items: reference(flavour, this.#item.name) },
        metadata: {
          description: 'Standard list metadata.',
          ...reference(flavour, LIST_META.definition.name, true),
        },
      },
    };
  }
}

/** The fields that say what an object is, as upstream's own types describe them. */
function typeFields(flavour: Flavour, documentation: Documentation): Record<string, Json> {
  const { properties } = OBJECT.definition.render(flavour, documentation) as {
    properties: Record<string, Json>;
  };
  return { apiVersion: properties['apiVersion'] ?? {}, kind: properties['kind'] ?? {} };
}

/** A schema with the fields that every object has, at its root and wherever it says that there is an object. */
function withObjectFields(
  schema: JsonSchema,
  flavour: Flavour,
  documentation: Documentation,
  isRoot: boolean,
): Json {
  const { properties, items, additionalProperties, required, ...rest } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const inner = (one: JsonSchema): Json => withObjectFields(one, flavour, documentation, false);
  const fields = {
    ...mapped(properties, inner),
    ...(isRoot || embedded ? objectFields(flavour, documentation) : {}),
  };
  const needed = new Set([...(required ?? []), ...(embedded && !isRoot ? ['apiVersion', 'kind'] : [])]);
  return {
    ...rest,
    ...(isRoot ? { type: 'object' } : {}),
    ...(Object.keys(fields).length === 0 ? {} : { properties: fields }),
    ...(items === undefined ? {} : { items: inner(items) }),
    ...(isRecord(additionalProperties)
      ? { additionalProperties: inner(additionalProperties) }
      : additionalProperties === undefined
        ? {}
        : { additionalProperties }),
    ...(needed.size === 0 ? {} : { required: [...needed] }),
  };
}

function objectFields(flavour: Flavour, documentation: Documentation): Record<string, Json> {
  return {
    ...typeFields(flavour, documentation),
    metadata: {
      description: "Standard object's metadata.",
      ...reference(flavour, OBJECT_META.definition.name, true),
    },
  };
}

function mapped(
  properties: Readonly<Record<string, JsonSchema>> | undefined,
  change: (schema: JsonSchema) => Json,
): Record<string, Json> {
  return Object.fromEntries(Object.entries(properties ?? {}).map(([name, one]) => [name, change(one)]));
}

/** Keywords that OpenAPI v2 does not have. */
const ONLY_V3: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default']);

/**
 * The schema without what OpenAPI v2 cannot say: kubectl refuses what it finds in a value that may be null, or whose
 * fields are not known (apiextensions `pkg/controller/openapi/v2/conversion.go`).
 */
function forV2(schema: JsonSchema): JsonSchema {
  const { type, properties, items, additionalProperties, required, ...rest } = schema;
  const others = Object.fromEntries(Object.entries(rest).filter(([keyword]) => !ONLY_V3.has(keyword)));
  if (schema.nullable === true) return others;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isTyped = preserves ? type !== 'object' && type !== 'array' : type !== 'array' || items !== undefined;
  const kept = { ...(type === undefined || !isTyped ? {} : { type }), ...others };
  if (preserves) return kept;
  const present = required?.filter((name) => properties?.[name]?.nullable !== true) ?? [];
  return {
    ...kept,
    ...(properties === undefined ? {} : { properties: mapped(properties, forV2) }),
    ...(items === undefined ? {} : { items: forV2(items) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: isRecord(additionalProperties)
            ? forV2(additionalProperties)
            : additionalProperties,
        }),
    ...(present.length === 0 ? {} : { required: present }),
  };
}

import type { Json } from '../../api/schema/definition.ts';
import { ProtoWriter } from './protoWriter.ts';

/**
 * The OpenAPI v2 document as gnostic's protobuf message (`openapiv2/OpenAPIv2.proto`), which kubectl reads. Numbers are
 * the fields of that file. Only what the document of this server has is written.
 */
export function encodeOpenApiV2(document: Json): Uint8Array {
  const writer = new ProtoWriter();
  text(writer, 1, document.swagger);
  nested(writer, 2, document.info, (info, value) => {
    text(info, 1, value.title);
    text(info, 2, value.version);
  });
  nested(writer, 8, document.paths, (paths, value) => named(paths, 2, value, pathItem));
  nested(writer, 9, document.definitions, (definitions, value) => named(definitions, 1, value, schema));
  return writer.finish();
}

type Write = (writer: ProtoWriter, value: Json) => void;

function text(writer: ProtoWriter, field: number, value: unknown): void {
  if (typeof value === 'string' && value !== '') writer.string(field, value);
}

function texts(writer: ProtoWriter, field: number, values: unknown): void {
  for (const value of Array.isArray(values) ? (values as unknown[]) : []) text(writer, field, value);
}

function flag(writer: ProtoWriter, field: number, value: unknown): void {
  if (value === true) writer.bool(field, true);
}

function nested(writer: ProtoWriter, field: number, value: unknown, write: Write): void {
  if (value !== undefined) writer.message(field, () => write(writer, value as Json));
}

/** A map as pairs of name and value. */
function named(writer: ProtoWriter, field: number, map: Json, write: Write): void {
  for (const [name, value] of Object.entries(map)) {
    nested(writer, field, map, (pair) => {
      text(pair, 1, name);
      nested(pair, 2, value, write);
    });
  }
}

/** Extensions are carried as YAML, which JSON is. */
function extensions(writer: ProtoWriter, field: number, value: Json): void {
  for (const [name, extension] of Object.entries(value)) {
    if (!name.startsWith('x-')) continue;
    nested(writer, field, value, (pair) => {
      text(pair, 1, name);
      anyOf(pair, 2, value, extension);
    });
  }
}

function anyOf(writer: ProtoWriter, field: number, value: Json, one: unknown): void {
  nested(writer, field, value, (any) => text(any, 2, `${JSON.stringify(one)}\n`));
}

function schema(writer: ProtoWriter, value: Json): void {
  text(writer, 1, value.$ref);
  text(writer, 2, value.format);
  text(writer, 4, value.description);
  texts(writer, 19, value.required);
  for (const one of Array.isArray(value.enum) ? (value.enum as unknown[]) : []) anyOf(writer, 20, value, one);
  nested(writer, 21, value.additionalProperties, (item, inner) => nested(item, 1, inner, schema));
  typeItem(writer, value.type);
  nested(writer, 23, value.items, (item, inner) => nested(item, 1, inner, schema));
  nested(writer, 25, value.properties, (properties, inner) => named(properties, 1, inner, schema));
  extensions(writer, 31, value);
}

/** TypeItem: a list of types. */
function typeItem(writer: ProtoWriter, type: unknown): void {
  if (type !== undefined) nested(writer, 22, {}, (item) => text(item, 1, type));
}

const METHODS: Readonly<Record<string, number>> = {
  get: 2,
  put: 3,
  post: 4,
  delete: 5,
  options: 6,
  head: 7,
  patch: 8,
};

function pathItem(writer: ProtoWriter, value: Json): void {
  for (const [method, field] of Object.entries(METHODS)) nested(writer, field, value[method], operation);
  parameters(writer, 9, value.parameters);
}

function operation(writer: ProtoWriter, value: Json): void {
  text(writer, 3, value.description);
  text(writer, 5, value.operationId);
  texts(writer, 6, value.produces);
  texts(writer, 7, value.consumes);
  parameters(writer, 8, value.parameters);
  nested(writer, 9, value.responses, (responses, codes) =>
    named(responses, 1, codes, (item, response) =>
      nested(item, 1, response, (inner, each) => {
        text(inner, 1, each.description);
        nested(inner, 2, each.schema, (schemaItem, result) => nested(schemaItem, 1, result, schema));
      }),
    ),
  );
  texts(writer, 10, value.schemes);
  extensions(writer, 13, value);
}

function parameters(writer: ProtoWriter, field: number, list: unknown): void {
  for (const parameter of Array.isArray(list) ? (list as Json[]) : []) {
    nested(writer, field, parameter, (item) =>
      nested(item, 1, parameter, parameter.in === 'body' ? bodyParameter : otherParameter),
    );
  }
}

function bodyParameter(writer: ProtoWriter, value: Json): void {
  nested(writer, 1, value, (body) => {
    text(body, 2, value.name);
    text(body, 3, value.in);
    flag(body, 4, value.required);
    nested(body, 5, value.schema, schema);
  });
}

/** Query (3) and path (4) parameters have nearly the same fields. */
function otherParameter(writer: ProtoWriter, value: Json): void {
  const query = value.in === 'query';
  nested(writer, 2, value, (nonBody) =>
    nested(nonBody, query ? 3 : 4, value, (inner) => {
      flag(inner, 1, value.required);
      text(inner, 2, value.in);
      text(inner, 3, value.description);
      text(inner, 4, value.name);
      text(inner, query ? 6 : 5, value.type);
      flag(inner, query ? 20 : 19, value.uniqueItems);
    }),
  );
}

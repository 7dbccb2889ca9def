import protobuf from 'protobufjs/minimal.js';
import { setOwnProperty } from '../../base/ownProperty.ts';
import { badRequest, StatusError } from '../status.ts';
import { JSON_SCHEMA, layoutOf, type FieldLayout, type MessageLayout } from './layout.ts';

export const PROTOBUF_CONTENT_TYPE = 'application/vnd.kubernetes.protobuf';

/** Every body begins with these four bytes (apimachinery `runtime/serializer/protobuf`). */
export const MAGIC = Buffer.from('k8s\0');

/** kubectl nests nothing deeper; what does is an attack. */
const MAX_DEPTH = 64;

/** A fault of this program, not of what was sent. */
class LayoutError extends Error {
  override readonly name = 'LayoutError';
}

type Reader = protobuf.Reader;
type JsonObject = Record<string, unknown>;

/** The type of object that a body should hold. */
export interface ExpectedType {
  /** undefined where any will do: DeleteOptions go by the version of every group. */
  readonly apiVersion: string | undefined;
  readonly kind: string;
  readonly schema: { readonly message: string | undefined };
}

/**
 * The JSON form of an object that came as Kubernetes protobuf, the way Go would print it: what Go clients send. An
 * object of another type is not read: only its apiVersion and kind are given. Throws BadRequest where the bytes are no
 * such message.
 */
export function decodeProtobuf(bytes: Uint8Array, expected: ExpectedType): JsonObject {
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length))) {
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix "k8s\\0"');
  }
  try {
    const { apiVersion, kind, raw } = readUnknown(protobuf.Reader.create(bytes.subarray(MAGIC.length)));
    const object = { apiVersion, kind };
    if (kind !== expected.kind || apiVersion !== (expected.apiVersion ?? apiVersion)) return object;
    const layout = layoutOf(expected.schema.message ?? '');
    if (layout === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
    readMessage(protobuf.Reader.create(raw), layout, object, 0);
    return object;
  } catch (error) {
    if (error instanceof StatusError || error instanceof LayoutError) throw error;
    // The reader throws errors of all kinds: a premature end, an invalid wire type, invalid JSON.
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`the protobuf message is malformed: ${why}`);
  }
}

/** runtime.Unknown: the type, and the object's own bytes. */
function readUnknown(reader: Reader): { apiVersion: string; kind: string; raw: Uint8Array } {
  const unknown: { apiVersion: string; kind: string; raw: Uint8Array } = {
    apiVersion: '',
    kind: '',
    raw: new Uint8Array(),
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) {
      const type = protobuf.Reader.create(reader.bytes());
      while (type.pos < type.len) {
        const inner = type.uint32();
        if (inner >>> 3 === 1) unknown.apiVersion = type.string();
        else if (inner >>> 3 === 2) unknown.kind = type.string();
        else type.skipType(inner & 7);
      }
    } else if (tag >>> 3 === 2) unknown.raw = reader.bytes();
    else reader.skipType(tag & 7);
  }
  return unknown;
}

function readMessage(reader: Reader, layout: MessageLayout, into: JsonObject, depth: number): void {
  if (depth > MAX_DEPTH) throw badRequest('the protobuf message is nested too deeply');
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = layout.get(tag >>> 3);
    if (field === undefined) reader.skipType(tag & 7);
    else readField(reader, field, tag & 7, into, depth);
  }
}

function readField(reader: Reader, field: FieldLayout, wire: number, into: JsonObject, depth: number): void {
  const { name, shape } = field;
  if (shape === 'map') {
    const [key, value] = readMapEntry(protobuf.Reader.create(reader.bytes()), field, depth);
    const map = (into[name] ??= {}) as JsonObject;
    setOwnProperty(map, key, value);
  } else if (shape === 'list') {
    const list = (into[name] ??= []) as unknown[];
    if (wire === 2 && (field.type === 'i' || field.type === 'b')) {
      const packed = protobuf.Reader.create(reader.bytes());
      while (packed.pos < packed.len) list.push(readValue(packed, field, depth));
    } else list.push(readValue(reader, field, depth));
  } else if (field.type === '@' && name === '') {
    readMessage(protobuf.Reader.create(reader.bytes()), messageLayout(field), into, depth + 1);
  } else {
    const value = readValue(reader, field, depth);
    const zero = value === '' || value === 0 || value === false || value === undefined;
    if (!zero || field.keepsZero) into[name] = value;
  }
}

function readMapEntry(reader: Reader, field: FieldLayout, depth: number): [string, unknown] {
  let key = '';
  let value: unknown;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) key = reader.string();
    else if (tag >>> 3 === 2) value = readValue(reader, field, depth);
    else reader.skipType(tag & 7);
  }
  return [key, value ?? (field.type === 's' || field.type === 'y' ? '' : {})];
}

function readValue(reader: Reader, field: FieldLayout, depth: number): unknown {
  switch (field.type) {
    case 's':
      return reader.string();
    case 'b':
      return reader.bool();
    case 'i':
      return Number(reader.int64());
    case 'd':
      return reader.double();
    case 'y':
      return Buffer.from(reader.bytes()).toString('base64');
    case '@': {
      const object = {};
      readMessage(protobuf.Reader.create(reader.bytes()), messageLayout(field), object, depth + 1);
      return object;
    }
    case 'l':
      return readStrings(protobuf.Reader.create(reader.bytes()));
    case 'A':
    case 'B':
    case 'C':
      return readSchemas(protobuf.Reader.create(reader.bytes()), field.type, depth);
    default:
      return readSpecial(protobuf.Reader.create(reader.bytes()), field.type);
  }
}

function messageLayout(field: FieldLayout): MessageLayout {
  const layout = layoutOf(field.message);
  if (layout === undefined) throw new LayoutError(`no layout for message ${field.message}`);
  return layout;
}

/**
 * One schema; or several (`A`), a boolean (`B`), strings (`C`): apiextensions `v1/marshal.go`. What is neither is an empty
 * schema, as Go reads it.
 */
function readSchemas(reader: Reader, type: string, depth: number): unknown {
  let one: JsonObject | undefined;
  let allows = false;
  const several: unknown[] = [];
  const readSchema = (): JsonObject => {
    const schema = {};
    const layout = layoutOf(JSON_SCHEMA) ?? new Map();
    readMessage(protobuf.Reader.create(reader.bytes()), layout, schema, depth + 1);
    return schema;
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const number = tag >>> 3;
    if (number === 1 && type === 'B') allows = reader.bool();
    else if (number === (type === 'B' ? 2 : 1)) one = readSchema();
    else if (number === 2) several.push(type === 'C' ? reader.string() : readSchema());
    else reader.skipType(tag & 7);
  }
  if (one !== undefined) return one;
  return type === 'B' ? allows : several;
}

function readStrings(reader: Reader): string[] {
  const strings: string[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) strings.push(reader.string());
    else reader.skipType(tag & 7);
  }
  return strings;
}

/** Types whose JSON is no object: each is a message of one to three scalars. */
function readSpecial(reader: Reader, type: string): unknown {
  let text = '';
  let bytes: Uint8Array = new Uint8Array();
  const numbers: [number, number, number, number] = [0, 0, 0, 0];
  let empty = true;
  while (reader.pos < reader.len) {
    empty = false;
    const tag = reader.uint32();
    const number = tag >>> 3;
    if ((tag & 7) === 0 && number < numbers.length) numbers[number] = Number(reader.int64());
    else if ((tag & 7) === 2) {
      bytes = reader.bytes();
      text = Buffer.from(bytes).toString();
    } else reader.skipType(tag & 7);
  }
  switch (type) {
    case 'q':
      return text === '' ? '0' : text;
    case 'o':
      // 0 is a number, 1 a string.
      return numbers[1] === 0 ? numbers[2] : text;
    case 't':
      return empty ? undefined : `${new Date(numbers[1] * 1000).toISOString().slice(0, 19)}Z`;
    case 'u':
      return empty ? undefined : microTime(numbers[1], numbers[2]);
    case 'n':
      return `${numbers[1] / 1e9}s`;
    case 'r':
      return bytes.length === 0 ? undefined : (JSON.parse(text) as unknown);
    default:
      throw new LayoutError(`unknown type ${type}`);
  }
}

function microTime(seconds: number, nanos: number): string {
  const date = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${date}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}

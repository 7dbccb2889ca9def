import protobuf from 'protobufjs/minimal.js';
import { MAGIC } from './decode.ts';
import { JSON_SCHEMA, layoutOf, type FieldLayout, type MessageLayout } from './layout.ts';

type Writer = protobuf.Writer;
type JsonObject = Readonly<Record<string, unknown>>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** Of Kubernetes' API groups, whose types have protobuf messages; '' is `core`. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['', 'core'],
  ['meta.k8s.io', 'meta'],
  ['rbac.authorization.k8s.io', 'rbac'],
  ['flowcontrol.apiserver.k8s.io', 'flowcontrol'],
  ['apps', 'apps'],
  ['autoscaling', 'autoscaling'],
  ['batch', 'batch'],
  ['policy', 'policy'],
  ...[
    ...['admission', 'admissionregistration', 'authentication', 'authorization', 'certificates'],
    ...[
      'apiextensions',
      'apiregistration',
      'coordination',
      'discovery',
      'events',
      'networking',
      'node',
      'resource',
      'scheduling',
      'storage',
    ],
  ].map((name) => [`${name}.k8s.io`, name] as const),
]);

/** Types of meta/v1 that are answered as `v1`. */
const META_KINDS: ReadonlySet<string> = new Set([
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'Status',
]);

/** The message of a type, `core.v1.Pod`; undefined for types that are JSON only. */
export function messageOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const name = group === '' && META_KINDS.has(kind) ? 'meta' : PACKAGES.get(group);
  const message = `${name ?? ''}.${apiVersion.slice(slash + 1)}.${kind}`;
  return name !== undefined && (layoutOf(message)?.size ?? 0) > 0 ? message : undefined;
}

/** An object as clients read it: the magic, and runtime.Unknown with its type and its own bytes. */
export function encodeProtobuf(apiVersion: string, kind: string, raw: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, BYTES)).fork();
  writer.uint32(tag(1, BYTES)).string(apiVersion).uint32(tag(2, BYTES)).string(kind).ldelim();
  writer.uint32(tag(2, BYTES)).bytes(raw);
  // Content encoding and type, which Go writes although there are none.
  writer.uint32(tag(3, BYTES)).string('').uint32(tag(4, BYTES)).string('');
  return Buffer.concat([MAGIC, writer.finish()]);
}

/** The bytes of a message, without its type. Fields that the message does not have are left out. */
export function encodeMessage(message: string, object: object): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(writer, layoutNamed(message), object as JsonObject);
  return writer.finish();
}

/** A list of messages that are encoded already: metadata is field 1, items are field 2. */
export function encodeItems(metadata: object, items: readonly Uint8Array[]): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, BYTES)).bytes(encodeMessage('meta.v1.ListMeta', metadata));
  for (const item of items) writer.uint32(tag(2, BYTES)).bytes(item);
  return writer.finish();
}

/** A frame of a watch: its length in four bytes, then meta/v1 WatchEvent. @param object with its type */
export function encodeEvent(type: string, object: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, BYTES)).string(type);
  writer.uint32(tag(2, BYTES)).fork().uint32(tag(1, BYTES)).bytes(object).ldelim();
  const event = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

const tag = (number: number, wire: number): number => ((number << 3) | wire) >>> 0;

type Fields = readonly (readonly [number, FieldLayout])[];
const ordered = new WeakMap<MessageLayout, Fields>();

/** In the order of their numbers, as Go writes them. */
function fieldsOf(layout: MessageLayout): Fields {
  let fields = ordered.get(layout);
  if (fields === undefined) ordered.set(layout, (fields = [...layout].sort(([a], [b]) => a - b)));
  return fields;
}

function layoutNamed(message: string): MessageLayout {
  const layout = layoutOf(message);
  if (layout === undefined) throw new Error(`no layout for message ${message}`);
  return layout;
}

function writeMessage(writer: Writer, layout: MessageLayout, object: JsonObject): void {
  for (const [number, field] of fieldsOf(layout)) {
    if (field.name === '') {
      writer.uint32(tag(number, BYTES)).fork();
      writeMessage(writer, layoutNamed(field.message), object);
      writer.ldelim();
      continue;
    }
    const value = Object.hasOwn(object, field.name) ? object[field.name] : undefined;
    if (value !== undefined && value !== null) writeField(writer, number, field, value);
  }
}

function writeField(writer: Writer, number: number, field: FieldLayout, value: unknown): void {
  switch (field.shape) {
    case 'list':
      if (Array.isArray(value))
        for (const item of value as unknown[]) writeValue(writer, number, field, item);
      return;
    case 'map':
      for (const [key, item] of Object.entries(value as JsonObject)) {
        writer.uint32(tag(number, BYTES)).fork();
        writer.uint32(tag(1, BYTES)).string(key);
        writeValue(writer, 2, field, item);
        writer.ldelim();
      }
      return;
    default:
      if (field.keepsZero || (value !== '' && value !== 0 && value !== false)) {
        writeValue(writer, number, field, value);
      }
  }
}

function writeValue(writer: Writer, number: number, field: FieldLayout, value: unknown): void {
  switch (field.type) {
    case 's':
      writer.uint32(tag(number, BYTES)).string(String(value));
      return;
    case 'b':
      writer.uint32(tag(number, VARINT)).bool(value === true);
      return;
    case 'i':
      writer.uint32(tag(number, VARINT)).int64(Number(value));
      return;
    case 'd':
      writer.uint32(tag(number, FIXED64)).double(Number(value));
      return;
    case 'y':
      writer.uint32(tag(number, BYTES)).bytes(Buffer.from(String(value), 'base64'));
      return;
    default:
      writer.uint32(tag(number, BYTES)).fork();
      if (field.type === '@') writeMessage(writer, layoutNamed(field.message), value as JsonObject);
      else writeSpecial(writer, field.type, value);
      writer.ldelim();
  }
}

/** Types whose JSON is no object; see `readSpecial`. */
function writeSpecial(writer: Writer, type: string, value: unknown): void {
  switch (type) {
    case 'q':
      writer.uint32(tag(1, BYTES)).string(String(value));
      return;
    case 'o':
      if (typeof value === 'string') {
        writer.uint32(tag(1, VARINT)).int64(1).uint32(tag(2, VARINT)).int64(0);
        writer.uint32(tag(3, BYTES)).string(value);
      } else {
        writer.uint32(tag(1, VARINT)).int64(0).uint32(tag(2, VARINT)).int64(Number(value));
        writer.uint32(tag(3, BYTES)).string('');
      }
      return;
    case 't':
    case 'u': {
      const { seconds, nanos } = timeParts(String(value));
      writer.uint32(tag(1, VARINT)).int64(seconds).uint32(tag(2, VARINT)).int64(nanos);
      return;
    }
    case 'n':
      writer.uint32(tag(1, VARINT)).int64(nanosOf(String(value)));
      return;
    case 'l':
      for (const item of value as unknown[]) writer.uint32(tag(1, BYTES)).string(String(item));
      return;
    case 'A':
    case 'B':
    case 'C':
      writeSchemas(writer, type, value);
      return;
    default:
      writer.uint32(tag(1, BYTES)).string(JSON.stringify(value));
  }
}

/** What a JSON schema is, or something simpler; see `readSchemas`. */
function writeSchemas(writer: Writer, type: string, value: unknown): void {
  const write = (number: number, schema: unknown): void => {
    writer.uint32(tag(number, BYTES)).fork();
    writeMessage(writer, layoutNamed(JSON_SCHEMA), schema as JsonObject);
    writer.ldelim();
  };
  // A schema is there for itself, and a boolean says that it counts.
  if (type === 'B') writer.uint32(tag(1, VARINT)).bool(value !== false);
  if (!Array.isArray(value)) {
    if (typeof value === 'object' && value !== null) write(type === 'B' ? 2 : 1, value);
    return;
  }
  for (const item of value as unknown[]) {
    if (type === 'C') writer.uint32(tag(2, BYTES)).string(String(item));
    else write(2, item);
  }
}

function timeParts(text: string): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(Date.parse(text) / 1000);
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  return { seconds: Number.isNaN(seconds) ? 0 : seconds, nanos: Number(fraction.padEnd(9, '0').slice(0, 9)) };
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

function nanosOf(duration: string): number {
  let nanos = 0;
  for (const [, amount, unit = ''] of duration.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
    nanos += Number(amount) * (UNITS[unit] ?? 0);
  }
  return Math.round(duration.startsWith('-') ? -nanos : nanos);
}

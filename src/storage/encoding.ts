import { freezeJson } from '../api/freeze.ts';
import { type FieldSet, textOfSet } from '../api/managedFields/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../api/meta.ts';
import { Value } from './contract.ts';

/** Kinds, versions and field names are ASCII, so the head of an encoded object is searched as bytes. */
const METADATA = '"metadata":{';
const CLOSING_BRACE = 0x7d;

/**
 * Encodes for storage: kind and apiVersion first, then metadata without resourceVersion (it is the revision) and with
 * managedFields last, then the rest in its own order. The object is given away: it becomes the value's decoded form.
 */
export function encode(object: KubeObject): Value {
  const { kind, apiVersion, metadata } = object;
  const ordered: Record<string, unknown> = { kind, apiVersion, metadata: undefined };
  let text = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":`;
  const stored: Record<string, unknown> = {};
  const { managedFields } = metadata;
  for (const key in metadata) {
    if (key !== 'resourceVersion' && key !== 'managedFields') stored[key] = Reflect.get(metadata, key);
  }
  text += JSON.stringify(stored);
  if (managedFields !== undefined) {
    const comma = text.endsWith('{') ? '' : ',';
    text = `${text.slice(0, -1)}${comma}"managedFields":${managedFieldsText(managedFields)}}`;
    stored.managedFields = managedFields;
  }
  ordered.metadata = stored;
  for (const key in object) {
    if (key === 'kind' || key === 'apiVersion' || key === 'metadata') continue;
    const value: unknown = Reflect.get(object, key);
    if (value === undefined) continue;
    ordered[key] = value;
    text += `,${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return new Value(`${text}}`, ordered);
}

/** Most sets are shared by many objects, and their text with them. */
function managedFieldsText(entries: readonly ManagedFieldsEntry[]): string {
  return `[${entries.map(entryText).join(',')}]`;
}

function entryText(entry: ManagedFieldsEntry): string {
  const { fieldsV1, ...rest } = entry;
  const shared = fieldsV1 === undefined ? undefined : textOfSet(fieldsV1 as FieldSet);
  if (shared === undefined) return JSON.stringify(entry);
  return `${JSON.stringify(rest).slice(0, -1)},"fieldsV1":${shared}}`;
}

/** The object as it was last written: the decoded value with its revision, deeply frozen. Shares its parts with the value. */
export function objectAt(value: Value, revision: number): KubeObject {
  const decoded = value.decode() as KubeObject;
  const metadata = Object.assign({ resourceVersion: String(revision) }, decoded.metadata);
  const object = { ...decoded, metadata };
  return freezeJson(object);
}

/** The bytes of `objectAt`, by putting the resourceVersion in front of the metadata's other fields. */
export function bytesAt(value: Value, revision: number): Uint8Array {
  const { encoded } = value;
  if (typeof encoded === 'string') {
    value.dropText();
    return bytesOfText(encoded, revision);
  }
  const source = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const at = endOfMetadataKey(source.indexOf(METADATA));
  const field = resourceVersionField(revision, source[at]);
  const bytes = Buffer.allocUnsafeSlow(source.length + field.length);
  source.copy(bytes, 0, 0, at);
  bytes.write(field, at, 'latin1');
  source.copy(bytes, at + field.length, at);
  return bytes;
}

/**
 * In memory of its own: entries live long, and would keep the whole of a shared buffer alive. The text is not made a
 * second time.
 */
function bytesOfText(text: string, revision: number): Uint8Array {
  const at = endOfMetadataKey(text.indexOf(METADATA));
  const field = resourceVersionField(revision, text.charCodeAt(at));
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text) + field.length);
  const head = bytes.write(text.slice(0, at));
  bytes.write(field, head, 'latin1');
  bytes.write(text.slice(at), head + field.length);
  return bytes;
}

/** `following` is the code of the character after the metadata's brace. */
function resourceVersionField(revision: number, following: number | undefined): string {
  return `"resourceVersion":"${revision}"${following === CLOSING_BRACE ? '' : ','}`;
}

function endOfMetadataKey(found: number): number {
  if (found < 0) throw new Error('a stored value has no metadata');
  return found + METADATA.length;
}

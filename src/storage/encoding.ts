import type { KubeObject } from '../api/meta.ts';
import { Value } from './contract.ts';

const encoder = new TextEncoder();

/** Kinds, versions and field names are ASCII, so the head of an encoded object is searched as bytes. */
const METADATA = encoder.encode('"metadata":{');
const CLOSING_BRACE = 0x7d;

/**
 * Encodes for storage: kind and apiVersion first, then metadata without resourceVersion (it is the revision), then
 * the rest in its own order. The object is given away: it becomes the value's decoded form.
 */
export function encode(object: KubeObject): Value {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion, ...stored } = metadata;
  const ordered = { kind, apiVersion, metadata: stored, ...rest };
  return new Value(encoder.encode(JSON.stringify(ordered)), ordered);
}

/** The object as it was last written: the decoded value with its revision, deeply frozen. Shares its parts with the value. */
export function objectAt(value: Value, revision: number): KubeObject {
  const decoded = value.decode() as KubeObject;
  const metadata = Object.assign({ resourceVersion: String(revision) }, decoded.metadata);
  const object = { ...decoded, metadata };
  return deepFreeze(object);
}

/** The bytes of `objectAt`, by putting the resourceVersion in front of the metadata's other fields. */
export function bytesAt(value: Value, revision: number): Uint8Array {
  const { bytes } = value;
  const at = indexOf(bytes, METADATA) + METADATA.length;
  const comma = bytes[at] === CLOSING_BRACE ? '' : ',';
  const inserted = `"resourceVersion":"${revision}"${comma}`;
  const spliced = Buffer.allocUnsafeSlow(bytes.length + inserted.length);
  spliced.set(bytes.subarray(0, at), 0);
  spliced.write(inserted, at, 'latin1');
  spliced.set(bytes.subarray(at), at + inserted.length);
  return spliced;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(part);
  if (found < 0) throw new Error('a stored value has no metadata');
  return found;
}

/** Freezes all the way down, and drops properties without a value, which JSON does not carry either. */
function deepFreeze<T extends object>(object: T): T {
  for (const key of Object.keys(object)) {
    const value: unknown = Reflect.get(object, key);
    if (value === undefined) Reflect.deleteProperty(object, key);
    else if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) deepFreeze(value);
  }
  return Object.freeze(object);
}

import type { ApiResponse, WatchEvent, Written } from '../../api/request.ts';
import {
  encodeEvent,
  encodeItems,
  encodeMessage,
  encodeProtobuf,
  messageOf,
} from '../../api/protobuf/encode.ts';
import { writeYaml } from '../../api/yaml/index.ts';
import type { ListResponse } from '../registry/list.ts';
import { contentTypeOf } from '../negotiation/negotiate.ts';

export interface EncodedBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

interface Typed {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** An object in the encoding that was asked for; in JSON where its type has no protobuf message. */
export function encodeObject(object: unknown, { encoding, pretty }: Written): EncodedBody {
  if (encoding === 'yaml')
    return { contentType: contentTypeOf('yaml'), bytes: Buffer.from(writeYaml(object)) };
  const { apiVersion = '', kind = '' } = object as Typed;
  const message = encoding === 'protobuf' ? messageOf(apiVersion, kind) : undefined;
  if (message !== undefined) {
    const bytes = encodeProtobuf(apiVersion, kind, rawOf(message, object as object));
    return { contentType: contentTypeOf('protobuf'), bytes };
  }
  const text = pretty === true ? JSON.stringify(object, undefined, 2) : JSON.stringify(object);
  return { contentType: contentTypeOf('json'), bytes: Buffer.from(text) };
}

/** The same for a list. Items that several requests show are encoded once. */
export function encodeList(list: ListResponse): EncodedBody {
  const { apiVersion, kind, metadata, items } = list;
  const message = list.encoding === 'protobuf' ? messageOf(apiVersion, kind.replace(/List$/, '')) : undefined;
  if (message === undefined) {
    const objects = items.map(({ object }) => object);
    return encodeObject({ kind, apiVersion, metadata, items: objects }, list);
  }
  const raw = encodeItems(
    metadata,
    items.map(({ object }) => rawOf(message, object)),
  );
  return { contentType: contentTypeOf('protobuf'), bytes: encodeProtobuf(apiVersion, kind, raw) };
}

/** The content type of a watch's events. */
export function streamType({ encoding }: Extract<ApiResponse, { type: 'watch' }>): string {
  return encoding === 'protobuf' ? `${contentTypeOf('protobuf')};stream=watch` : contentTypeOf('json');
}

/** Frames of events in protobuf. */
export function framesOf(batch: readonly WatchEvent[]): Uint8Array {
  const frames = batch.map(({ type, object }) =>
    encodeEvent(type, encodeObject(object, { encoding: 'protobuf' }).bytes),
  );
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
}

/** Objects are shared and never change: what one client is sent is sent to others. */
const raws = new WeakMap<object, Uint8Array>();

function rawOf(message: string, object: object): Uint8Array {
  let raw = raws.get(object);
  if (raw === undefined) raws.set(object, (raw = encodeMessage(message, object)));
  return raw;
}

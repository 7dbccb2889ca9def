import type { Entry } from '../../api/request.ts';
import type { HttpResponse } from '../../host/httpsListener.ts';
import type { ListResponse } from '../registry/list.ts';
import type { ChunkPool } from './chunkPool.ts';

const COMMA = 0x2c;
const END = Buffer.from(']}');

/** A list's JSON from the bytes of its entries: none is serialised, every one is copied once. */
export interface ListBody {
  /** Bytes of the whole. */
  readonly length: number;
  readonly head: Buffer;
  readonly items: readonly Entry[];
}

export function listBody(list: ListResponse): ListBody {
  const { kind, apiVersion, metadata, items } = list;
  const head = Buffer.from(
    `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`,
  );
  let length = head.length + Math.max(items.length - 1, 0) + END.length;
  for (const { bytes } of items) length += bytes.length;
  return { length, head, items };
}

/** The whole in one buffer. */
export function wholeList({ length, head, items }: ListBody): Buffer {
  const body = Buffer.allocUnsafe(length);
  body.set(head);
  let at = head.length;
  for (const { bytes } of items) {
    if (at > head.length) body[at++] = COMMA;
    body.set(bytes, at);
    at += bytes.length;
  }
  body.set(END, at);
  return body;
}

/**
 * Writes the whole in pieces that are used again: buffers of megabytes for every list would bring on a full garbage
 * collection every few lists. Waits for a client that reads slowly.
 */
export async function writeList(
  response: HttpResponse,
  { head, items }: ListBody,
  pool: ChunkPool,
  drained: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let chunk = pool.take();
  let used = 0;
  const flush = (): Promise<void> | undefined => {
    const full = chunk;
    const room = response.write(full.subarray(0, used), () => pool.give(full));
    chunk = pool.take();
    used = 0;
    return room ? undefined : drained();
  };
  used += head.copy(chunk);
  for (const [at, { bytes }] of items.entries()) {
    if (used + bytes.length + 1 > chunk.length) {
      await flush();
      if (signal.aborted) return;
    }
    if (at > 0) chunk[used++] = COMMA;
    if (bytes.length < chunk.length) {
      chunk.set(bytes, used);
      used += bytes.length;
    } else {
      await flush();
      if (!response.write(bytes)) await drained();
    }
  }
  if (used + END.length > chunk.length) await flush();
  used += END.copy(chunk, used);
  const last = chunk;
  response.write(last.subarray(0, used), () => pool.give(last));
  response.end();
}

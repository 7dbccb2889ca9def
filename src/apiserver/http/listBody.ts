import type { Entry } from '../../api/request.ts';
import type { ListResponse } from '../registry/list.ts';

const COMMA = 0x2c;

/** A list's JSON from the bytes of its entries: one buffer, every object copied once and none serialised. */
export function listBody(list: ListResponse): Buffer {
  const head = Buffer.from(
    `{"kind":${JSON.stringify(list.kind)},"apiVersion":${JSON.stringify(list.apiVersion)},"metadata":${JSON.stringify(list.metadata)},"items":[`,
  );
  const body = Buffer.allocUnsafe(head.length + sizeOf(list.items) + 2);
  body.set(head);
  let at = head.length;
  for (const { bytes } of list.items) {
    if (at > head.length) body[at++] = COMMA;
    body.set(bytes, at);
    at += bytes.length;
  }
  body.write(']}', at, 'latin1');
  return body;
}

/** The entries' bytes and the commas between them. */
function sizeOf(items: readonly Entry[]): number {
  let size = Math.max(items.length - 1, 0);
  for (const { bytes } of items) size += bytes.length;
  return size;
}

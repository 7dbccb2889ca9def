import type { WatchEvent } from '../../api/request.ts';

const encoder = new TextEncoder();
const NEWLINE = encoder.encode('}\n');
const heads = new Map<string, Uint8Array>();

/** `{"type":…,"object":…}` and a newline, made once for all watchers of the event. */
export function lineOf(event: WatchEvent): Uint8Array {
  return (event.line ??= makeLine(event));
}

function makeLine(event: WatchEvent): Uint8Array {
  let head = heads.get(event.type);
  if (head === undefined) {
    heads.set(event.type, (head = encoder.encode(`{"type":"${event.type}","object":`)));
  }
  return Buffer.concat([head, event.bytes ?? encoder.encode(JSON.stringify(event.object)), NEWLINE]);
}

import type { WatchEvent } from '../../api/request.ts';

const encoder = new TextEncoder();
const END = encoder.encode('}\n');
const heads = new Map<string, Uint8Array>();

/** Batches from this size on are what was there already: their lines serve one watcher and are not kept. */
const LARGE = 64;

/** `{"type":…,"object":…}` and a newline for each event. A change's line is made once for all its watchers. */
export function linesOf(batch: readonly WatchEvent[]): Uint8Array {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) return lineOf(only);
  if (batch.length < LARGE) return Buffer.concat(batch.map(lineOf));
  return Buffer.concat(batch.flatMap((event) => (event.line === undefined ? partsOf(event) : [event.line])));
}

function lineOf(event: WatchEvent): Uint8Array {
  return (event.line ??= Buffer.concat(partsOf(event)));
}

function partsOf(event: WatchEvent): Uint8Array[] {
  let head = heads.get(event.type);
  if (head === undefined) {
    heads.set(event.type, (head = encoder.encode(`{"type":"${event.type}","object":`)));
  }
  return [head, event.bytes ?? encoder.encode(JSON.stringify(event.object)), END];
}

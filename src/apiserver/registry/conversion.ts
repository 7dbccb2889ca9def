import type { ServedAs } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import type { Served } from '../resources/served.ts';

const encoder = new TextEncoder();

/** What an address shows of a stored entry: the entry itself, or its converted form, made once per entry. */
export function shown(served: Served, entry: Entry): Entry {
  const { conversion } = served;
  if (conversion === undefined) return entry;
  let known = memos.get(served);
  if (known === undefined) memos.set(served, (known = new WeakMap()));
  let converted = known.get(entry);
  if (converted === undefined) known.set(entry, (converted = new ConvertedEntry(entry, conversion)));
  return converted;
}

/** What a client sent to an address, in the form that is stored. */
export function toStored(served: Served, draft: Draft): Draft {
  return served.conversion === undefined ? draft : served.conversion.toStored(draft);
}

const memos = new WeakMap<Served, WeakMap<Entry, Entry>>();

class ConvertedEntry implements Entry {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  #bytes: Uint8Array | undefined;

  constructor(entry: Entry, conversion: ServedAs) {
    this.key = entry.key;
    this.revision = entry.revision;
    this.object = conversion.fromStored(entry.object);
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encoder.encode(JSON.stringify(this.object));
    return this.#bytes;
  }
}

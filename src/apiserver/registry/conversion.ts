import type { Conversion } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import type { Served } from '../resources/served.ts';

const encoder = new TextEncoder();

/** What an address shows of a stored entry: the entry itself, or its converted form, made once per entry. */
export function servedEntry(served: Served, entry: Entry): Entry | Promise<Entry> {
  const { conversion } = served;
  return conversion === undefined
    ? entry
    : (memoOf(conversion).get(entry) ?? first(servedEntries(served, [entry])));
}

/** The same of several entries: those that are not known yet are converted in one go. */
export function servedEntries(
  { conversion }: Served,
  entries: readonly Entry[],
): readonly Entry[] | Promise<readonly Entry[]> {
  if (conversion === undefined) return entries;
  const memo = memoOf(conversion);
  const missing = entries.filter((entry) => !memo.has(entry));
  if (missing.length > 0) convertInto(memo, conversion, missing);
  const all = entries.map((entry) => memo.get(entry) ?? entry);
  return all.every(isEntry) ? all : Promise.all(all.map(async (entry) => entry));
}

/** What a client sent to an address, in the form that is stored. */
export function toStored({ conversion }: Served, draft: Draft): Draft | Promise<Draft> {
  return conversion === undefined ? draft : first(conversion.toStored([draft]));
}

/** A stored object as the address shows it. */
export function fromStored({ conversion }: Served, object: KubeObject): KubeObject | Promise<KubeObject> {
  return conversion === undefined ? object : first(conversion.fromStored([object]));
}

const isEntry = (entry: Entry | Promise<Entry>): entry is Entry => !(entry instanceof Promise);

type Memo = WeakMap<Entry, Entry | Promise<Entry>>;

const memos = new WeakMap<Conversion, Memo>();

function memoOf(conversion: Conversion): Memo {
  let memo = memos.get(conversion);
  if (memo === undefined) memos.set(conversion, (memo = new WeakMap()));
  return memo;
}

/** While a conversion is under way, others who want the same wait for it. One that fails is not remembered. */
function convertInto(memo: Memo, conversion: Conversion, entries: readonly Entry[]): void {
  const converted = conversion.fromStored(entries.map(({ object }) => object));
  if (!(converted instanceof Promise)) {
    entries.forEach((entry, at) => memo.set(entry, convertedEntry(entry, converted[at])));
    return;
  }
  entries.forEach((entry, at) => {
    const made = converted.then((objects) => {
      const one = convertedEntry(entry, objects[at]);
      memo.set(entry, one);
      return one;
    });
    made.catch(() => memo.delete(entry));
    memo.set(entry, made);
  });
}

function convertedEntry(entry: Entry, object: KubeObject | undefined): Entry {
  if (object === undefined) throw new Error('a conversion gave fewer objects than it was given');
  return new ConvertedEntry(entry, object);
}

class ConvertedEntry implements Entry {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  #bytes: Uint8Array | undefined;

  constructor({ key, revision }: Entry, object: KubeObject) {
    this.key = key;
    this.revision = revision;
    this.object = object;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encoder.encode(JSON.stringify(this.object));
    return this.#bytes;
  }
}

function first<T>(list: readonly T[]): T;
function first<T>(list: readonly T[] | Promise<readonly T[]>): T | Promise<T>;
function first<T>(list: readonly T[] | Promise<readonly T[]>): T | Promise<T> {
  if (list instanceof Promise) return list.then((all: readonly T[]) => first(all));
  const [only] = list;
  if (only === undefined) throw new Error('a conversion gave fewer objects than it was given');
  return only;
}

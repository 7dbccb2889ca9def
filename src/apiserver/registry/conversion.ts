import type { Conversion } from '../../api/kind.ts';
import { type Draft, draftOf, type KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import type { Served } from '../resources/served.ts';

const encoder = new TextEncoder();

/** What an address shows of a stored entry: the entry itself, or its converted form, made once per entry. */
export function servedEntry(served: Pick<Served, 'reading'>, entry: Entry): Entry | Promise<Entry> {
  const { reading } = served;
  return reading === undefined
    ? entry
    : (memoOf(reading).get(entry) ?? first(servedEntries(served, [entry])));
}

/** The same of several entries: those that are not known yet are converted in one go. */
export function servedEntries(
  { reading }: Pick<Served, 'reading'>,
  entries: readonly Entry[],
): readonly Entry[] | Promise<readonly Entry[]> {
  if (reading === undefined) return entries;
  const memo = memoOf(reading);
  const missing = entries.filter((entry) => !memo.has(entry));
  if (missing.length > 0) convertInto(memo, reading, missing);
  const all = entries.map((entry) => memo.get(entry) ?? entry);
  return all.every(isEntry) ? all : Promise.all(all.map(async (entry) => entry));
}

/** What a client sent to an address, in the form that the kind's rules see. */
export function fromAddress({ conversion }: Served, draft: Draft): Draft | Promise<Draft> {
  return conversion === undefined ? draft : first(conversion.toStored([draft]));
}

/** An object as the kind's rules see it, in the form that the address shows. */
export function toAddress({ conversion }: Served, object: KubeObject): KubeObject | Promise<KubeObject> {
  return conversion === undefined ? object : first(conversion.fromStored([object]));
}

/** An object as one version's rules see it, in the form that another address of the same resource shows. */
export function inFormOf({ reading }: Served, object: KubeObject): KubeObject | Promise<KubeObject> {
  return reading === undefined ? object : first(reading.fromStored([object]));
}

/** What an address of a resource shows, in the form that the rules of another one's kind see. */
export async function fromFormOf(shown: Served, { kind }: Served, draft: Draft): Promise<Draft> {
  if (kind.storedForm === undefined) return fromAddress(shown, draft);
  const [object] = await kind.storedForm.conversion.fromStored([draft as unknown as KubeObject]);
  return object === undefined ? draft : draftOf(object);
}

/** What is stored, in the form that the kind's rules see. */
export function ruledObject(
  { kind: { storedForm } }: Served,
  entry: Entry,
): KubeObject | Promise<KubeObject> {
  if (storedForm === undefined) return entry.object;
  const ruled = servedEntry({ reading: storedForm.conversion }, entry);
  return ruled instanceof Promise ? ruled.then(({ object }) => object) : ruled.object;
}

/** What the kind's rules have made, in the form in which it is stored. */
export function storableObject(
  { kind: { storedForm } }: Served,
  draft: Draft,
): KubeObject | Promise<KubeObject> {
  const stored = storedForm === undefined ? draft : first(storedForm.conversion.toStored([draft]));
  return stored as unknown as KubeObject | Promise<KubeObject>;
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
  return object === entry.object ? entry : new ConvertedEntry(entry, object);
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

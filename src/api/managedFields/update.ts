import type { Draft, KubeObject, ManagedFieldsEntry, Mutable } from '../meta.ts';
import { compare, type Comparison } from './compare.ts';
import { createdSet } from './createdSets.ts';
import { arrange, isOwner, isReadable, newEntry, readEntries, type Entry, type Owner } from './entries.ts';
import { difference, union } from './fieldSet.ts';
import { owned } from './ownership.ts';
import type { Schema } from '../schema/schema.ts';

export interface TrackOptions {
  readonly schema: Schema;
  /** The object as stored; undefined at its creation. */
  readonly old: KubeObject | undefined;
  /** The object as it is about to be stored; gets its metadata.managedFields. */
  readonly draft: Draft;
  readonly manager: string;
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
  /** RFC 3339, seconds. */
  readonly time: string;
  /** True where all versions have the same fields. Default: what is owned in another version says nothing in this one. */
  readonly sameFields?: boolean;
}

/** What a write changes between two states of an object, as far as fields have owners. */
export function comparison(schema: Schema, before: unknown, after: unknown, subresource: string): Comparison {
  const { changed, removed } = compare(schema.shape, before, after, true);
  return { changed: owned(changed, subresource), removed: owned(removed, subresource) };
}

/**
 * Writes draft.metadata.managedFields for a create, update or patch: what the write changed belongs to its manager,
 * what it removed to nobody; a write that changes nothing changes no entry. Status and other subresources have
 * entries of their own. Semantics of structured-merge-diff `merge.Updater.Update` and of apiserver's fieldmanager.
 */
export function trackUpdate(options: TrackOptions): void {
  const { schema, old, draft, subresource, time } = options;
  const owner: Owner = { ...options, operation: 'Update' };
  const comparable = ({ apiVersion }: Entry): boolean =>
    options.sameFields === true || apiVersion === owner.apiVersion;
  const before = entriesBefore(options);
  const { changed, removed } =
    old === undefined
      ? { changed: createdSet(schema, draft, subresource), removed: undefined }
      : comparison(schema, old, draft, subresource);
  if (changed === undefined && removed === undefined) {
    store(draft, before);
    return;
  }
  const lost = union(changed, removed);
  const after: Entry[] = [];
  let claimed = changed;
  for (const entry of before) {
    // Only what is written in this version can be compared with it.
    const fieldsV1 = comparable(entry) ? difference(entry.fieldsV1, lost) : entry.fieldsV1;
    if (changed !== undefined && isOwner(entry, owner)) claimed = union(fieldsV1, changed);
    else if (fieldsV1 !== undefined) after.push(fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 });
  }
  if (changed !== undefined && claimed !== undefined) after.push(newEntry(owner, time, claimed));
  store(draft, arrange(after));
}

/**
 * A client may hand in the entries itself (a read and a write give them back), or reset them with one empty entry; a
 * subresource cannot. Entries that cannot be read count as missing (fieldmanager `fieldmanager.go`).
 */
function entriesBefore({ old, draft, subresource }: TrackOptions): Entry[] {
  const given = draft.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;
  if (subresource === '' && given !== undefined && given.length > 0) {
    const [first] = given;
    const reset = given.length === 1 && first !== undefined && Object.keys(first).length === 0;
    if (reset) return [];
    if (given.every(isReadable)) return readEntries(given);
  }
  return readEntries(old?.metadata.managedFields);
}

export function store(draft: Draft, entries: readonly Entry[]): void {
  if (entries.length === 0) Reflect.deleteProperty(draft.metadata, 'managedFields');
  else draft.metadata.managedFields = entries as Mutable<ManagedFieldsEntry>[];
}

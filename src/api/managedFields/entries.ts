import type { ManagedFieldsEntry } from '../meta.ts';
import { isFieldSet, union, type FieldSet } from './fieldSet.ts';

/** An entry of metadata.managedFields with its set in hand. */
export type Entry = Omit<ManagedFieldsEntry, 'fieldsV1'> & { readonly fieldsV1: FieldSet };

export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
}

/** More updaters than this are folded into one entry, the oldest first (fieldmanager `capmanagers.go`). */
const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** The entries that can be used; what is not FieldsV1 is left out. */
export function readEntries(entries: readonly ManagedFieldsEntry[] | undefined): Entry[] {
  return (entries ?? []).filter(
    (entry): entry is Entry =>
      typeof entry.fieldsV1 === 'object' && (entry.fieldsType ?? 'FieldsV1') === 'FieldsV1',
  );
}

/** Whether what a client calls an entry can be worked with. */
export function isReadable({ fieldsV1 }: ManagedFieldsEntry): boolean {
  return fieldsV1 === undefined || isFieldSet(fieldsV1);
}

/** Whether what somebody outside has made of all entries can be worked with. */
export function areReadable(entries: unknown): boolean {
  if (entries === undefined) return true;
  return (
    Array.isArray(entries) &&
    entries.every((entry: unknown) => typeof entry === 'object' && entry !== null && isReadable(entry))
  );
}

/** Appliers are known by name and subresource, whatever version they last used. */
export function isOwner(entry: Entry, owner: Owner): boolean {
  return (
    entry.manager === owner.manager &&
    entry.operation === owner.operation &&
    (entry.subresource ?? '') === owner.subresource &&
    (owner.operation === 'Apply' || entry.apiVersion === owner.apiVersion)
  );
}

export function newEntry(owner: Owner, time: string, fieldsV1: FieldSet): Entry {
  return {
    manager: owner.manager,
    operation: owner.operation,
    apiVersion: owner.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(owner.subresource === '' ? {} : { subresource: owner.subresource }),
  };
}

/** In upstream's order, with the oldest updaters folded together. */
export function arrange(entries: readonly Entry[]): Entry[] {
  const capped = cap(entries);
  return capped.length < 2 ? capped : capped.sort(byOperationAndTime);
}

function byOperationAndTime(a: Entry, b: Entry): number {
  return (
    order(a.operation, b.operation) ||
    order(a.time, b.time) ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource, b.subresource)
  );
}

function order(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function cap(entries: readonly Entry[]): Entry[] {
  const updaters = entries.filter((entry) => entry.operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return [...entries];
  const ancient = new Map<string, Entry>();
  const folded = new Set<Entry>();
  const names = (): number => updaters.length - folded.size + ancient.size;
  for (const entry of updaters.sort(byOperationAndTime)) {
    if (names() <= MAX_UPDATERS) break;
    folded.add(entry);
    const version = entry.apiVersion ?? '';
    const before = ancient.get(version);
    ancient.set(version, {
      manager: ANCIENT,
      operation: 'Update',
      apiVersion: version,
      ...(entry.time === undefined ? {} : { time: entry.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: union(before?.fieldsV1, entry.fieldsV1) ?? {},
    });
  }
  return [...entries.filter((entry) => !folded.has(entry)), ...ancient.values()];
}

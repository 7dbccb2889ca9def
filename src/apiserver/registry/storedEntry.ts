import type { KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import type { Cache } from '../../storage/cache.ts';
import type { Value } from '../../storage/contract.ts';
import { bytesAt, objectAt } from '../../storage/encoding.ts';

/** The entry that a write made: the cache's where it is still the latest, so that object and bytes are shared. */
export function entryAfterWrite(cache: Cache, key: string, value: Value, revision: number): Entry {
  const cached = cache.get(key);
  if (cached?.revision === revision) return cached;
  return { key, revision, object: objectAt(value, revision), bytes: bytesAt(value, revision) };
}

/** The answer of a dry run, which has no revision of its own: a new object has none, a changed one keeps the old. */
export function entryOfDryRun(key: string, value: Value, revision: number): Entry {
  if (revision > 0)
    return { key, revision, object: objectAt(value, revision), bytes: bytesAt(value, revision) };
  return { key, revision, object: value.decode() as KubeObject, bytes: value.bytes };
}

import type { KubeObject } from '../../api/meta.ts';
import type { ApiResponse, Entry } from '../../api/request.ts';
import { badRequest, expired } from '../../api/status.ts';
import { CompactedError } from '../../storage/contract.ts';
import { bytesAt, objectAt } from '../../storage/encoding.ts';
import type { RegistryOptions } from './context.ts';
import { type ContinueToken, decodeContinue, encodeContinue, expiredContinue } from './continueToken.ts';
import { servedEntries } from './conversion.ts';
import { catchUp, type GetSignal, waitUntilFresh } from './freshness.ts';
import { keyOfObject, prefixOf } from './keys.ts';
import type { ListQuery } from './listOptions.ts';
import { type Selection, selectionOf } from './selection.ts';
import type { Served } from '../resources/served.ts';

export type ListResponse = Extract<ApiResponse, { type: 'list' }>;

interface Page {
  readonly items: readonly Entry[];
  readonly revision: number;
  /** Entries of the store after the page's last one; 0 at the end. With a selector not all of them match. */
  readonly remaining: number;
}

/**
 * A list from the cache, or from storage where it is asked for as of an older revision: the second and further
 * pages of a list show what the first one showed (apiserver `pkg/storage/interfaces.go` GetList).
 */
export async function listObjects(
  registry: RegistryOptions,
  served: Served,
  namespace: string,
  query: ListQuery,
  signal: GetSignal,
): Promise<ListResponse> {
  const selection = selectionOf(served, query.labels, query.fields);
  const prefix = prefixOf(served.kind.resource, namespace);
  const now = registry.clock.now();
  const token = query.continue === '' ? undefined : decodeContinue(query.continue, now);
  const page = await pageOf(registry, served, namespace, prefix, selection, query, token, signal);
  const last = page.items.at(-1);
  const more = page.remaining > 0 && last !== undefined;
  return {
    type: 'list',
    apiVersion: served.apiVersion,
    kind: served.kind.listKind ?? `${served.resource.kind}List`,
    items: served.reading === undefined ? page.items : await servedEntries(served, page.items),
    metadata: {
      resourceVersion: String(page.revision),
      ...(more
        ? {
            continue: encodeContinue({
              revision: page.revision,
              after: last.key.slice(prefix.length),
              begun: token === undefined || token.revision < 0 ? now : token.begun,
            }),
          }
        : {}),
      ...(more && selection.everything ? { remainingItemCount: page.remaining } : {}),
    },
  };
}

async function pageOf(
  registry: RegistryOptions,
  served: Served,
  namespace: string,
  prefix: string,
  selection: Selection,
  query: ListQuery,
  token: ContinueToken | undefined,
  signal: GetSignal,
): Promise<Page> {
  if (token !== undefined) {
    if (query.resourceVersion !== undefined && query.resourceVersion !== 0) {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    if (token.revision < 0) {
      await catchUp(registry, signal);
      return currentPage(registry, served, prefix, selection, query.limit, token.after);
    }
    return pastPage(registry, served, prefix, selection, query.limit, token, true);
  }
  const revision = query.resourceVersion;
  if (revision === undefined) {
    await catchUp(registry, signal);
  } else if (revision > 0) {
    await waitUntilFresh(registry, revision, signal);
    // A limit with a revision means exactly that revision, unless NotOlderThan is asked for.
    const exact = query.match === 'Exact' || (query.match === '' && query.limit > 0);
    if (exact)
      return pastPage(
        registry,
        served,
        prefix,
        selection,
        query.limit,
        { revision, after: '', begun: 0 },
        false,
      );
  }
  const single = singleKey(served, namespace, selection);
  if (single !== undefined) {
    const entry = registry.cache.get(single);
    const found = entry === undefined ? [] : await selectable(served, [entry]);
    const items = found.filter(({ object }) => selection.matches(object));
    return { items, revision: registry.cache.revision(), remaining: 0 };
  }
  return currentPage(registry, served, prefix, selection, query.limit, '');
}

/** Selectors are about the form that a kind's rules see. */
function selectable(
  { kind: { storedForm } }: Served,
  entries: readonly Entry[],
): readonly Entry[] | Promise<readonly Entry[]> {
  return storedForm === undefined ? entries : servedEntries({ reading: storedForm.conversion }, entries);
}

/** The one key that can match, where the selector names the object. */
function singleKey(served: Served, namespace: string, selection: Selection): string | undefined {
  if (selection.name === undefined || (served.resource.namespaced && namespace === '')) return undefined;
  return keyOfObject(served.kind.resource, namespace, selection.name);
}

async function currentPage(
  registry: RegistryOptions,
  served: Served,
  prefix: string,
  selection: Selection,
  limit: number,
  after: string,
): Promise<Page> {
  const revision = registry.cache.revision();
  const there = registry.cache.list(prefix);
  const all = selection.everything ? there : await selectable(served, there);
  const from = after === '' ? 0 : firstAfter(all, prefix + after);
  if (selection.everything) {
    if (from === 0 && (limit <= 0 || limit >= all.length)) return { items: all, revision, remaining: 0 };
    const items = limit > 0 ? all.slice(from, from + limit) : all.slice(from);
    return { items, revision, remaining: all.length - from - items.length };
  }
  const items: Entry[] = [];
  for (let at = from; at < all.length; at += 1) {
    const entry = all[at];
    if (entry === undefined || !selection.matches(entry.object)) continue;
    items.push(entry);
    if (limit > 0 && items.length === limit) return { items, revision, remaining: all.length - at - 1 };
  }
  return { items, revision, remaining: 0 };
}

/** As of a revision: from the cache while nothing has changed since, else from storage. */
async function pastPage(
  registry: RegistryOptions,
  served: Served,
  prefix: string,
  selection: Selection,
  limit: number,
  token: ContinueToken,
  continued: boolean,
): Promise<Page> {
  if (token.revision === registry.cache.revision()) {
    return currentPage(registry, served, prefix, selection, limit, token.after);
  }
  try {
    return await storagePage(registry, served, prefix, selection, limit, token);
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    throw continued
      ? expiredContinue(token)
      : expired(`The resourceVersion for the provided list is too old.`);
  }
}

async function storagePage(
  registry: RegistryOptions,
  served: Served,
  prefix: string,
  selection: Selection,
  limit: number,
  token: ContinueToken,
): Promise<Page> {
  const items: Entry[] = [];
  let after = token.after === '' ? '' : prefix + token.after;
  for (;;) {
    const result = await registry.storage.list(prefix, {
      revision: token.revision,
      ...(limit > 0 ? { limit } : {}),
      ...(after === '' ? {} : { after }),
    });
    const entries = result.entries.map(({ key, revision, value }): Entry => {
      const object: KubeObject = objectAt(value, revision);
      return { key, revision, object, bytes: bytesAt(value, revision) };
    });
    for (const [at, entry] of (await selectable(served, entries)).entries()) {
      if (!selection.matches(entry.object)) continue;
      items.push(entry);
      if (limit > 0 && items.length === limit) {
        return {
          items,
          revision: token.revision,
          remaining: result.entries.length - at - 1 + result.remaining,
        };
      }
    }
    after = result.entries.at(-1)?.key ?? after;
    if (result.remaining === 0) return { items, revision: token.revision, remaining: 0 };
  }
}

/** Index of the first entry with a greater key. */
function firstAfter(entries: readonly Entry[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.key ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

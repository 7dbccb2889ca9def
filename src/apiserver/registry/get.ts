import type { Entry } from '../../api/request.ts';
import { notFound } from '../../api/status.ts';
import type { RegistryOptions } from './context.ts';
import { catchUp, type GetSignal } from './freshness.ts';
import { keyOfObject } from './keys.ts';
import type { Served } from '../resources/served.ts';

/** The newest state of an object, whichever server wrote it. @throws StatusError NotFound */
export function getObject(
  registry: RegistryOptions,
  { served, namespace, name }: { readonly served: Served; readonly namespace: string; readonly name: string },
  signal: GetSignal,
): Promise<Entry> {
  const at = { served, namespace, name };
  return catchUp(registry, signal).then(() => cachedObject(registry, at));
}

/** The object as the cache shows it. @throws StatusError NotFound */
export function cachedObject(
  { cache }: Pick<RegistryOptions, 'cache'>,
  { served, namespace, name }: { readonly served: Served; readonly namespace: string; readonly name: string },
): Entry {
  const entry = cache.get(keyOfObject(served.kind.resource, namespace, name));
  if (entry === undefined) throw notFound(served.resource, name);
  return entry;
}

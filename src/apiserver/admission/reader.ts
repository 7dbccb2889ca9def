import type { KubeObject } from '../../api/meta.ts';
import type { Cache } from '../../storage/cache.ts';
import { keyOfObject, prefixOf } from '../registry/keys.ts';
import type { AdmissionReader } from './contract.ts';

const NOTHING: readonly KubeObject[] = [];

/**
 * Reads from the watch cache: the newest state that this process knows. By default no other server writes, so that is
 * all.
 */
export function createAdmissionReader(
  cache: Pick<Cache, 'get' | 'list'>,
  catchUp: () => Promise<void> = () => Promise.resolve(),
): AdmissionReader {
  const scoped = (
    kind: { group: string; plural: string },
    namespace: string,
  ): { group: string; plural: string; namespaced: boolean } => ({
    group: kind.group,
    plural: kind.plural,
    namespaced: namespace !== '',
  });
  return {
    get: (kind, namespace, name): KubeObject | undefined =>
      cache.get(keyOfObject(scoped(kind, namespace), namespace, name))?.object,
    list(kind, namespace) {
      const entries = cache.list(prefixOf(scoped(kind, namespace), namespace));
      return entries.length === 0 ? NOTHING : entries.map((entry) => entry.object);
    },
    catchUp,
  };
}

/**
 * Runs a function that reads. If it throws, runs it again on the newest state: a missing object may just have been
 * made.
 */
export async function onNewest<T>(reader: Pick<AdmissionReader, 'catchUp'>, read: () => T): Promise<T> {
  try {
    return read();
  } catch {
    await reader.catchUp();
    return read();
  }
}

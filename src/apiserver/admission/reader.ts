import type { KubeObject } from '../../api/meta.ts';
import type { Cache } from '../../storage/cache.ts';
import { keyOfObject, prefixOf } from '../registry/keys.ts';
import type { AdmissionReader } from './contract.ts';

/** Reads from the watch cache: the newest state that this process knows. */
export function createAdmissionReader(cache: Pick<Cache, 'get' | 'list'>): AdmissionReader {
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
    list: (kind, namespace) =>
      cache.list(prefixOf(scoped(kind, namespace), namespace)).map((entry) => entry.object),
  };
}

import { serviceAccounts } from '../../api/resources.ts';
import type { ServiceAccount } from '../../api/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Cache } from '../../storage/cache.ts';
import type { AdmissionReader } from './contract.ts';
import { keyOfObject, prefixOf } from '../registry/keys.ts';

/** The average time of upstream's ten tries. */
const WAIT_MS = 1500;

/**
 * Finds service accounts. A controller makes `default` soon after the namespace. This waits for it, so that a pod can
 * be created directly after its namespace.
 */
export function awaitedAccounts(
  cache: Pick<Cache, 'get' | 'onChange'>,
  reader: Pick<AdmissionReader, 'catchUp'>,
  clock: Clock,
): (namespace: string, name: string) => Promise<ServiceAccount | undefined> | ServiceAccount | undefined {
  return (namespace, name) => {
    const key = keyOfObject(serviceAccounts, namespace, name);
    const find = (): ServiceAccount | undefined => cache.get(key)?.object as ServiceAccount | undefined;
    const found = find();
    if (found !== undefined) return found;
    if (name !== 'default') return reader.catchUp().then(find);
    return new Promise((resolve) => {
      const finish = (): void => {
        subscription.dispose();
        timer.dispose();
        resolve(find());
      };
      const subscription = cache.onChange(prefixOf(serviceAccounts, ''), (event) => {
        if (event.type === 'put' && event.entry.key === key) finish();
      });
      const timer = clock.timeout(WAIT_MS, finish);
    });
  };
}

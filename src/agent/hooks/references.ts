import type { Disposable } from '../../base/disposable.ts';
import { DisposableStore } from '../../base/disposable.ts';
import { configMaps, secrets } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import { containersOf } from '../pods/identity.ts';
import type { PodBus } from '../pods/podBus.ts';
import type { PodHook } from './contract.ts';

/**
 * Watches the ConfigMaps and Secrets that a pod names, so that they are at hand when its volumes and containers want
 * them, and a pod that waits for one goes on the moment it comes (kubelet's watch-based managers).
 */
export function referencesHook(options: {
  readonly objects: ObjectStore;
  readonly bus: Pick<PodBus, 'tell'>;
}): PodHook {
  const watches = new Map<string, Disposable>();
  return {
    name: 'references',
    prepare(pod) {
      const { uid, namespace } = pod.metadata;
      if (watches.has(uid)) return Promise.resolve();
      const store = new DisposableStore();
      const tell = (): void => options.bus.tell(uid, 'reference');
      const names = referencesOf(pod);
      for (const name of names.configMaps)
        store.add(options.objects.watch(configMaps, namespace, name, tell));
      for (const name of names.secrets) store.add(options.objects.watch(secrets, namespace, name, tell));
      watches.set(uid, store);
      return Promise.resolve();
    },
    undo({ uid }) {
      watches.get(uid)?.dispose();
      watches.delete(uid);
      return Promise.resolve();
    },
    close() {
      for (const watch of watches.values()) watch.dispose();
      watches.clear();
      return Promise.resolve();
    },
  };
}

function referencesOf(pod: Pod): { configMaps: ReadonlySet<string>; secrets: ReadonlySet<string> } {
  const found = { configMaps: new Set<string>(), secrets: new Set<string>() };
  const add = (to: Set<string>, name: string | undefined): void => {
    if (name !== undefined && name !== '') to.add(name);
  };
  for (const { name } of pod.spec.imagePullSecrets ?? []) add(found.secrets, name);
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    add(found.configMaps, configMap?.name);
    add(found.secrets, secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add(found.configMaps, source.configMap?.name);
      add(found.secrets, source.secret?.name);
    }
  }
  for (const { container } of containersOf(pod)) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      add(found.configMaps, configMapRef?.name);
      add(found.secrets, secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add(found.configMaps, valueFrom?.configMapKeyRef?.name);
      add(found.secrets, valueFrom?.secretKeyRef?.name);
    }
  }
  return found;
}

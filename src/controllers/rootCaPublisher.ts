import { configMaps, namespaces } from '../api/resources.ts';
import { draftOf } from '../api/meta.ts';
import { isAlreadyExists } from '../api/status.ts';
import type { ControllerFactory } from '../client/controller.ts';
import { isActiveNamespace, isRefusedByEnd } from './namespaces.ts';

const NAME = 'kube-root-ca.crt';
const ANNOTATIONS = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

/**
 * Every namespace has the cluster's CA in a ConfigMap that pods mount (`pkg/controller/certificates/rootcacertpublisher`).
 * Keys are namespaces.
 * @param ca PEM
 */
export function rootCaPublisher(ca: string): ControllerFactory {
  return ({ client, informers, enqueue }) => {
    const allNamespaces = informers.for(namespaces);
    const maps = informers.for(configMaps);
    const wake = ({ metadata }: { metadata: { name: string } }): void => enqueue(metadata.name);
    const wakeFor = ({ metadata }: { metadata: { name: string; namespace: string } }): void => {
      if (metadata.name === NAME) enqueue(metadata.namespace);
    };
    allNamespaces.addHandler({ onAdd: wake, onUpdate: wake });
    maps.addHandler({ onUpdate: wakeFor, onDelete: wakeFor });

    return {
      name: 'root-ca-publisher',
      workers: 1,
      async reconcile(namespace, signal) {
        if (!isActiveNamespace(allNamespaces.get(undefined, namespace))) return undefined;
        const current = maps.get(namespace, NAME);
        const data = { 'ca.crt': ca };
        try {
          if (current === undefined) {
            const metadata = { name: NAME, namespace, annotations: { ...ANNOTATIONS } };
            await client.create(configMaps, { metadata, data }, { signal });
          } else if (current.data?.['ca.crt'] !== ca || Object.keys(current.data).length !== 1) {
            const draft = draftOf(current);
            draft.metadata.annotations = { ...draft.metadata.annotations, ...ANNOTATIONS };
            await client.update(configMaps, { ...draft, data }, { signal });
          }
        } catch (error) {
          if (!isAlreadyExists(error) && !isRefusedByEnd(error)) throw error;
        }
        return undefined;
      },
    };
  };
}

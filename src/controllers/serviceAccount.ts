import { namespaces, serviceAccounts } from '../api/resources.ts';
import { isAlreadyExists } from '../api/status.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { isActiveNamespace, isRefusedByEnd } from './namespaces.ts';

const DEFAULT = 'default';

/** Every namespace has a service account `default` (`pkg/controller/serviceaccount`). Keys are namespaces. */
export function serviceAccountController(context: ControllerContext): Controller {
  const { client, informers, enqueue } = context;
  const allNamespaces = informers.for(namespaces);
  const accounts = informers.for(serviceAccounts);
  const wake = ({ metadata }: { metadata: { name: string } }): void => enqueue(metadata.name);
  allNamespaces.addHandler({ onAdd: wake, onUpdate: wake });
  accounts.addHandler({
    onDelete: ({ metadata }) => {
      if (metadata.name === DEFAULT) enqueue(metadata.namespace);
    },
  });

  return {
    name: 'serviceaccount',
    workers: 1,
    async reconcile(namespace, signal) {
      if (!isActiveNamespace(allNamespaces.get(undefined, namespace))) return undefined;
      if (accounts.get(namespace, DEFAULT) !== undefined) return undefined;
      try {
        await client.create(serviceAccounts, { metadata: { name: DEFAULT, namespace } }, { signal });
      } catch (error) {
        if (!isAlreadyExists(error) && !isRefusedByEnd(error)) throw error;
      }
      return undefined;
    },
  };
}

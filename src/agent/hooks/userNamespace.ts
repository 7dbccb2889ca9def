import type { UserNamespaces } from '../pods/userNamespaces.ts';
import type { PodHook } from './contract.ts';

/** Users of the pod's own, before its volumes, which belong to them. After `dataDirectories`. */
export function userNamespaceHook(users: UserNamespaces): PodHook {
  return {
    name: 'userNamespace',
    prepare: (pod) => users.assign(pod),
    undo({ uid }) {
      users.release(uid);
      return Promise.resolve();
    },
  };
}

import type { UserInfo } from '../../../api/request.ts';
import type { AdmissionReader } from '../../admission/contract.ts';
import { objectsHook } from '../../bootstrap/hooks.ts';
import type { PostStartHook } from '../../postStartHooks.ts';
import { bootstrapPolicy } from './index.ts';

const NAME = 'rbac/bootstrap-roles';

/**
 * Makes the default roles and bindings that are missing. `user` must be in system:masters: at first start there are no
 * roles yet. Runs after the system namespaces are there.
 */
export function bootstrapPolicyHook(user: UserInfo, reader: AdmissionReader): PostStartHook {
  return {
    name: NAME,
    async run(handler, signal) {
      const missing = bootstrapPolicy().filter(({ resource, object }) => {
        const { namespace = '', name } = object.metadata;
        return reader.get(resource, namespace, name) === undefined;
      });
      await objectsHook(NAME, user, missing).run(handler, signal);
    },
  };
}

import type { Plugin } from '../framework.ts';

/**
 * Keeps pods that ask for claimed devices out of the queue: there are no claims, and a pod without what it asked for is
 * not what was wanted (`plugins/dynamicresources`).
 */
export function dynamicResources(): Plugin {
  return {
    name: 'DynamicResources',
    preEnqueue({ metadata, spec }) {
      const [claim] = spec.resourceClaims ?? [];
      if (claim === undefined) return undefined;
      const { resourceClaimName: name } = claim;
      return {
        code: 'UnschedulableAndUnresolvable',
        reasons: [
          name === undefined
            ? `pod "${metadata.namespace}/${metadata.name}": ResourceClaim not created yet`
            : `resourceclaim.resource.k8s.io "${name}" not found`,
        ],
      };
    },
  };
}

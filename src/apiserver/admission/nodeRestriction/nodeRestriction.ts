import { leases, nodes, pods, serviceAccounts } from '../../../api/resources.ts';
import { groupResourceOf } from '../../../api/resource.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts';
import { refuse } from '../refuse.ts';
import { checkClaim } from './claims.ts';
import { checkNode } from './nodes.ts';
import type { NodeRestrictionOptions } from './options.ts';
import { checkCsiNode, checkLease, checkResourceSlice } from './ownObjects.ts';
import { checkPod } from './pods.ts';
import { checkToken } from './tokens.ts';

const USER_PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';

type Check = (attributes: AdmissionAttributes, nodeName: string, options: NodeRestrictionOptions) => void;

/** The checks by plural and group. Only the node authorizer checks other resources. */
const CHECKS = new Map<string, Check>([
  [groupResourceOf(pods), checkPod],
  [groupResourceOf(nodes), checkNode],
  [groupResourceOf(serviceAccounts), checkToken],
  [groupResourceOf(leases), checkLease],
  ['persistentvolumeclaims', checkClaim],
  ['csinodes.storage.k8s.io', checkCsiNode],
  ['resourceslices.resource.k8s.io', checkResourceSlice],
]);

/** A node's agent may write only the node's own objects (`plugin/pkg/admission/noderestriction`). */
export function nodeRestriction(options: NodeRestrictionOptions): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: ({ operation, user }) =>
      operation !== 'CONNECT' && user.groups.includes(NODES_GROUP) && user.name.startsWith(USER_PREFIX),
    mutate(attributes) {
      const nodeName = attributes.user.name.slice(USER_PREFIX.length);
      if (nodeName === '') {
        throw refuse(
          attributes,
          `could not determine node from user ${JSON.stringify(attributes.user.name)}`,
        );
      }
      CHECKS.get(groupResourceOf(attributes.resource))?.(attributes, nodeName, options);
    },
  };
}

import type { PodAdmitHandler } from './contract.ts';

/** To leave out the groups that the image's /etc/group gives a user takes containerd 2; older ones merge them silently. */
export const admitSupplementalGroups: PodAdmitHandler = ({ spec }) =>
  spec.securityContext?.supplementalGroupsPolicy === 'Strict'
    ? {
        reason: 'SupplementalGroupsPolicyNotSupported',
        message: 'SupplementalGroupsPolicy=Strict is not supported in this node',
      }
    : undefined;

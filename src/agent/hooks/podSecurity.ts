import type { Pod } from '../../api/types.ts';
import type { SelinuxLabel } from '../runtime/contract.ts';

/** The groups that all processes of a pod are in besides their own. */
export function podGroups(pod: Pod): number[] {
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext ?? {};
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups];
}

type SelinuxOptions = NonNullable<NonNullable<Pod['spec']['securityContext']>['seLinuxOptions']>;

/** A runtime on a kernel without SELinux passes over it, as upstream's do. */
export function selinuxLabel(options: SelinuxOptions | undefined): { readonly selinux?: SelinuxLabel } {
  if (options === undefined) return {};
  const { user = '', role = '', type = '', level = '' } = options;
  return { selinux: { user, role, type, level } };
}

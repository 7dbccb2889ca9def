import { badContainers, type Check, type CheckPod, isWindows, named, unless } from '../check.ts';

const check: CheckPod = (pod) => {
  const names = badContainers(pod, (each) => each.securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named('container', names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

export const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    { since: 8, check },
    { since: 25, check: unless(isWindows, check) },
  ],
};

import { badContainers, type Check, type CheckPod, named } from '../check.ts';

const check: CheckPod = (pod) => {
  const names = badContainers(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${named('container', names)} must not set securityContext.privileged=true`,
  };
};

export const privileged: Check = {
  id: 'privileged',
  level: 'baseline',
  versions: [{ since: 0, check }],
};

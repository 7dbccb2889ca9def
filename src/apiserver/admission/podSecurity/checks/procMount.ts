import {
  badContainers,
  type Check,
  type CheckPod,
  containersOf,
  hasOwnUsers,
  named,
  quoted,
  sorted,
  unless,
} from '../check.ts';

const isBad = (type: string | undefined): type is string => type !== undefined && type !== 'Default';

const check: CheckPod = (pod) => {
  const names = badContainers(pod, ({ securityContext }) => isBad(securityContext?.procMount));
  if (names.length === 0) return undefined;
  const types = containersOf(pod).map(({ securityContext }) => securityContext?.procMount);
  return {
    reason: 'procMount',
    detail: `${named('container', names)} must not set securityContext.procMount to ${quoted(sorted(types.filter(isBad)))}`,
  };
};

export const procMountBaseline: Check = {
  id: 'procMount',
  level: 'baseline',
  versions: [
    { since: 0, check },
    { since: 35, check: unless(hasOwnUsers, check) },
  ],
};

export const procMountRestricted: Check = {
  id: 'procMount_restricted',
  level: 'restricted',
  overrides: 'procMount',
  versions: [{ since: 35, check }],
};

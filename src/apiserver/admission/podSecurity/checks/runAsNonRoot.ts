import {
  badContainers,
  badSettings,
  type Check,
  type CheckPod,
  hasOwnUsers,
  named,
  unless,
} from '../check.ts';

const REASON = 'runAsNonRoot != true';

const check: CheckPod = (pod) => {
  const explicit = badSettings(
    pod,
    ({ runAsNonRoot: wanted }) => wanted,
    (wanted) => !wanted,
  );
  if (explicit.setters !== '')
    return { reason: REASON, detail: `${explicit.setters} must not set securityContext.runAsNonRoot=false` };
  if (pod.spec.securityContext?.runAsNonRoot === true) return undefined;
  const silent = badContainers(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: REASON,
    detail: `pod or ${named('container', silent)} must set securityContext.runAsNonRoot=true`,
  };
};

export const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    { since: 0, check },
    { since: 35, check: unless(hasOwnUsers, check) },
  ],
};

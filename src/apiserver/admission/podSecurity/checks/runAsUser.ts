import { badSettings, type Check, type CheckPod, hasOwnUsers, unless } from '../check.ts';

const check: CheckPod = (pod) => {
  const { setters } = badSettings(
    pod,
    ({ runAsUser: user }) => user,
    (user) => user === 0,
  );
  if (setters === '') return undefined;
  return { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
};

export const runAsUser: Check = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    { since: 23, check },
    { since: 35, check: unless(hasOwnUsers, check) },
  ],
};

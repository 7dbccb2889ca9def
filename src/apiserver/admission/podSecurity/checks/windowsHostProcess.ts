import { badSettings, type Check, type CheckPod } from '../check.ts';

const check: CheckPod = (pod) => {
  const { setters } = badSettings(
    pod,
    ({ windowsOptions }) => windowsOptions?.hostProcess,
    (isSet) => isSet,
  );
  if (setters === '') return undefined;
  return {
    reason: 'hostProcess',
    detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

export const windowsHostProcess: Check = {
  id: 'windowsHostProcess',
  level: 'baseline',
  versions: [{ since: 0, check }],
};

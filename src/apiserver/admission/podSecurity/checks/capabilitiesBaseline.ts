import { badContainers, type Check, type CheckPod, containersOf, named, quoted, sorted } from '../check.ts';

const ALLOWED: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** A container may add only the capabilities of the default set, without NET_RAW. */
const check: CheckPod = (pod) => {
  const others = sorted(
    containersOf(pod)
      .flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? [])
      .filter((name) => !ALLOWED.has(name)),
  );
  if (others.length === 0) return undefined;
  const names = badContainers(
    pod,
    ({ securityContext }) => securityContext?.capabilities?.add?.some((name) => !ALLOWED.has(name)) === true,
  );
  return {
    reason: 'non-default capabilities',
    detail: `${named('container', names)} must not include ${quoted(others)} in securityContext.capabilities.add`,
  };
};

export const capabilitiesBaseline: Check = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [{ since: 0, check }],
};

import {
  badContainers,
  type Check,
  type CheckPod,
  containersOf,
  isWindows,
  named,
  quoted,
  sorted,
  unless,
} from '../check.ts';

const isForbidden = (name: string): boolean => name !== 'NET_BIND_SERVICE';

/** A container must drop ALL, and may add only NET_BIND_SERVICE. */
const check: CheckPod = (pod) => {
  const keeping = badContainers(
    pod,
    ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true,
  );
  const adding = badContainers(
    pod,
    ({ securityContext }) => securityContext?.capabilities?.add?.some(isForbidden) === true,
  );
  const added = sorted(
    containersOf(pod)
      .flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? [])
      .filter(isForbidden),
  );
  const details = [
    ...(keeping.length === 0
      ? []
      : [`${named('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0
      ? []
      : [
          `${named('container', adding)} must not include ${quoted(added)} in securityContext.capabilities.add`,
        ]),
  ];
  if (details.length === 0) return undefined;
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

export const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  level: 'restricted',
  overrides: 'capabilities_baseline',
  versions: [
    { since: 22, check },
    { since: 25, check: unless(isWindows, check) },
  ],
};

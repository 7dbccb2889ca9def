import {
  badContainers,
  badSettings,
  type Check,
  type CheckedPod,
  type CheckPod,
  containersOf,
  counted,
  isWindows,
  named,
  quoted,
  sorted,
  unless,
  type Violation,
} from '../check.ts';

const REASON = 'seccompProfile';
const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

const isAllowed = (type: string): boolean => type === 'Localhost' || type === 'RuntimeDefault';
const isAllowedAnnotation = (value: string): boolean =>
  value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');

/** The annotations that were used before there were fields. */
const annotations: CheckPod = (pod) => {
  const given = pod.metadata?.annotations ?? {};
  const keys = [POD_ANNOTATION, ...containersOf(pod).map(({ name }) => `${CONTAINER_ANNOTATION}${name}`)];
  const bad = sorted(
    Object.entries(given)
      .filter(([key, value]) => keys.includes(key) && !isAllowedAnnotation(value))
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  );
  if (bad.length === 0) return undefined;
  return { reason: REASON, detail: `forbidden ${counted('annotation', bad.length)} ${bad.join(', ')}` };
};

function explicit(pod: CheckedPod): Violation | undefined {
  const { setters, values } = badSettings(
    pod,
    ({ seccompProfile: profile }) => profile?.type,
    (type) => !isAllowed(type),
  );
  if (setters === '') return undefined;
  return {
    reason: REASON,
    detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(sorted(values))}`,
  };
}

const restricted: CheckPod = (pod) => {
  const bad = explicit(pod);
  if (bad !== undefined || pod.spec.securityContext?.seccompProfile !== undefined) return bad;
  const silent = badContainers(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: REASON,
    detail: `pod or ${named('container', silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

export const seccompProfileBaseline: Check = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    { since: 0, check: annotations },
    { since: 19, check: explicit },
  ],
};

export const seccompProfileRestricted: Check = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  overrides: 'seccompProfile_baseline',
  versions: [
    { since: 19, check: restricted },
    { since: 25, check: unless(isWindows, restricted) },
  ],
};

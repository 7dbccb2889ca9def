import { badSettings, type Check, type CheckPod, counted, quoted, sorted } from '../check.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

const isAllowed = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost';
const isAllowedAnnotation = (value: string): boolean =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');

/** Checks the field, and the annotation that was used before it. */
const check: CheckPod = (pod) => {
  const fields = badSettings(
    pod,
    ({ appArmorProfile: profile }) => profile?.type,
    (type) => !isAllowed(type),
  );
  const annotations = Object.entries(pod.metadata?.annotations ?? {})
    .filter(([key, value]) => key.startsWith(ANNOTATION) && !isAllowedAnnotation(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const values = [...sorted(fields.values), ...annotations];
  if (values.length === 0) return undefined;
  const who = [
    ...(fields.setters === '' ? [] : [fields.setters]),
    ...(annotations.length === 0 ? [] : [counted('annotation', annotations.length)]),
  ];
  return {
    reason: counted('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

export const appArmorProfile: Check = {
  id: 'appArmorProfile',
  level: 'baseline',
  versions: [{ since: 0, check }],
};

import type { Container, Pod, PodSpec } from '../../../api/types.ts';

/** The part of a pod, or of a pod template, that checks read. */
export interface CheckedPod {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

/** `reason` summarizes many pods (`host namespaces`); `detail` tells about one pod (`hostPID=true`). */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type CheckPod = (pod: CheckedPod) => Violation | undefined;

/** One rule of the Pod Security Standards (pod-security-admission `policy/check_*.go`). */
export interface Check {
  readonly id: string;
  /** Checks of `baseline` also belong to `restricted`, except those that a check of `restricted` replaces. */
  readonly level: 'baseline' | 'restricted';
  readonly overrides?: string;
  /** The forms of the rule, ascending by the minor version of the policy from which each is used. */
  readonly versions: readonly { readonly since: number; readonly check: CheckPod }[];
}

type SecurityContext = NonNullable<Container['securityContext']>;
type PodSecurityContext = NonNullable<Pod['spec']['securityContext']>;

/** Init containers, then containers, then ephemeral containers. */
export function containersOf({ spec }: CheckedPod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** Names of the containers that violate a rule. */
export function badContainers(pod: CheckedPod, isBad: (container: Container) => boolean): readonly string[] {
  return containersOf(pod)
    .filter(isBad)
    .map(({ name }) => name);
}

/** `pod`, `container "a"`, `pod and containers "a", "b"`; '' for none. */
export function setters(isPod: boolean, containers: readonly string[]): string {
  const parts = [
    ...(isPod ? ['pod'] : []),
    ...(containers.length === 0 ? [] : [named('container', containers)]),
  ];
  return parts.join(' and ');
}

/** The values that the pod and its containers have for one field, and which of them have forbidden values. */
export function badSettings<T>(
  pod: CheckedPod,
  settingOf: (context: SecurityContext & PodSecurityContext) => T | undefined,
  isBad: (setting: T) => boolean,
): { readonly setters: string; readonly values: readonly T[] } {
  const values: T[] = [];
  const look = (context: SecurityContext | PodSecurityContext | undefined): boolean => {
    const setting = context === undefined ? undefined : settingOf(context);
    if (setting === undefined || !isBad(setting)) return false;
    values.push(setting);
    return true;
  };
  const ofPod = look(pod.spec.securityContext);
  const ofContainers = badContainers(pod, ({ securityContext }) => look(securityContext));
  return { setters: setters(ofPod, ofContainers), values };
}

/** `container "a"`, `containers "a", "b"`. */
export const named = (what: string, names: readonly string[]): string =>
  `${counted(what, names.length)} ${quoted(names)}`;

export const counted = (singular: string, count: number): string => (count === 1 ? singular : `${singular}s`);
export const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
/** The texts as a sorted Go set: each once, in the order of bytes. */
export const sorted = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

export const isWindows = ({ spec }: CheckedPod): boolean => spec.os?.name === 'windows';
/** Whether the pod has a user namespace: root in its containers is then an unprivileged user of the node (KEP-127). */
export const hasOwnUsers = ({ spec }: CheckedPod): boolean => spec.hostUsers === false;

/** A rule with an exception for some pods. */
export const unless =
  (isExempt: (pod: CheckedPod) => boolean, check: CheckPod): CheckPod =>
  (pod) =>
    isExempt(pod) ? undefined : check(pod);

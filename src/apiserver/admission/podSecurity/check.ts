import type { Container, Pod, PodSpec } from '../../../api/types.ts';

/** A pod, or the template of pods: all that checks see. */
export interface CheckedPod {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

/** `reason` is said of many pods at once (`host namespaces`), `detail` of one (`hostPID=true`). */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type CheckPod = (pod: CheckedPod) => Violation | undefined;

/** One rule of the Pod Security Standards (pod-security-admission `policy/check_*.go`). */
export interface Check {
  readonly id: string;
  /** Those of `baseline` hold in `restricted` too, but for those that one of `restricted` takes the place of. */
  readonly level: 'baseline' | 'restricted';
  readonly overrides?: string;
  /** Ascending: the minor version of the policy from which on each form of the rule holds. */
  readonly versions: readonly { readonly since: number; readonly check: CheckPod }[];
}

type SecurityContext = NonNullable<Container['securityContext']>;
type PodSecurityContext = NonNullable<Pod['spec']['securityContext']>;

/** Init containers, containers, ephemeral ones. */
export function containersOf({ spec }: CheckedPod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** Names of the containers that a rule finds fault with. */
export function badContainers(pod: CheckedPod, isBad: (container: Container) => boolean): readonly string[] {
  return containersOf(pod)
    .filter(isBad)
    .map(({ name }) => name);
}

/** `pod`, `container "a"`, `pod and containers "a", "b"`; '' for nobody. */
export function setters(isPod: boolean, containers: readonly string[]): string {
  const parts = [
    ...(isPod ? ['pod'] : []),
    ...(containers.length === 0 ? [] : [named('container', containers)]),
  ];
  return parts.join(' and ');
}

/** What the pod and its containers say about one thing, and which of them say what they may not. */
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
/** As a Go set gives itself: each once, in the order of bytes. */
export const sorted = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

export const isWindows = ({ spec }: CheckedPod): boolean => spec.os?.name === 'windows';
/** What its containers do as root they do as nobody in particular of the node (KEP-127). */
export const hasOwnUsers = ({ spec }: CheckedPod): boolean => spec.hostUsers === false;

/** A rule that does not hold for some pods. */
export const unless =
  (isExempt: (pod: CheckedPod) => boolean, check: CheckPod): CheckPod =>
  (pod) =>
    isExempt(pod) ? undefined : check(pod);

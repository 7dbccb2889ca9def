import type { Check, CheckedPod, CheckPod, Violation } from './check.ts';
import { CHECKS } from './checks/index.ts';
import type { LevelVersion } from './policy.ts';

/** The newest version for which any rule has a form. Newer versions use the same rules. */
const NEWEST = Math.max(...CHECKS.flatMap(({ versions }) => versions.map(({ since }) => since)));

const known = new Map<string, readonly CheckPod[]>();

/** The violations of a pod, in upstream's order (`policy/registry.go`). */
export function violationsOf(pod: CheckedPod, { level, version }: LevelVersion): readonly Violation[] {
  if (level === 'privileged') return [];
  const minor = Math.min(version === 'latest' ? NEWEST : version, NEWEST);
  const key = `${level}:${minor}`;
  let checks = known.get(key);
  if (checks === undefined) known.set(key, (checks = checksFor(level, minor)));
  return checks.flatMap((check) => check(pod) ?? []);
}

function checksFor(level: 'baseline' | 'restricted', minor: number): readonly CheckPod[] {
  const inForce = (wanted: Check['level']): readonly { readonly check: Check; readonly run: CheckPod }[] =>
    CHECKS.filter((check) => check.level === wanted)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .flatMap((check) => {
        const version = check.versions.findLast(({ since }) => since <= minor);
        return version === undefined ? [] : [{ check, run: version.check }];
      });
  const baseline = inForce('baseline');
  if (level === 'baseline') return baseline.map(({ run }) => run);
  const restricted = inForce('restricted');
  const overridden = new Set(restricted.flatMap(({ check }) => check.overrides ?? []));
  return [...baseline.filter(({ check }) => !overridden.has(check.id)), ...restricted].map(({ run }) => run);
}

/** `host namespaces, privileged` */
export const reasonsOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason }) => reason).join(', ');

/** `host namespaces (hostPID=true), privileged (…)` */
export const detailsOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');

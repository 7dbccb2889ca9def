import type { Pod } from '../../../api/types.ts';
import type { Clock } from '../../../base/clock.ts';
import { reasonsOf, violationsOf } from './evaluate.ts';
import { type LevelVersion, nameOf } from './policy.ts';

/** Upstream's limits: a namespace may have very many pods, and a client waits. */
const MAX_PODS = 3000;
const MAX_MS = 1_000;

/** The warnings for a client that gives a namespace a stricter policy than its pods keep. */
export function warningsOf(
  pods: readonly Pod[],
  namespace: string,
  enforce: LevelVersion,
  clock: Pick<Clock, 'monotonic'>,
): readonly string[] {
  const until = clock.monotonic() + MAX_MS;
  const byReason = new Map<string, string[]>();
  const inOrder = oneOfEachOwnerFirst(pods);
  let checked = 0;
  for (const pod of inOrder.slice(0, MAX_PODS)) {
    checked++;
    const reason = reasonsOf(violationsOf(pod, enforce));
    if (reason !== '') byReason.set(reason, [...(byReason.get(reason) ?? []), pod.metadata.name]);
    if (clock.monotonic() > until) break;
  }
  return [
    ...(checked === pods.length
      ? []
      : [
          `new PodSecurity enforce level only checked against the first ${checked} of ${pods.length} existing pods`,
        ]),
    ...(byReason.size === 0
      ? []
      : [
          `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level "${nameOf(enforce)}"`,
        ]),
    ...[...byReason].map(([reason, names]) => `${shortened(names)}: ${reason}`).sort(),
  ];
}

/** Pods of one owner are alike, so one of each owner is checked first. */
function oneOfEachOwnerFirst(pods: readonly Pod[]): readonly Pod[] {
  const owners = new Set<string>();
  const first: Pod[] = [];
  const rest: Pod[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner !== undefined && owners.has(owner)) rest.push(pod);
    else first.push(pod);
    if (owner !== undefined) owners.add(owner);
  }
  return [...first, ...rest];
}

function shortened(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  const others = names.length - 1;
  if (others === 0) return first;
  return `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}

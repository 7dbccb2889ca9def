import type { Pod, PodCondition, PodStatus } from '../../api/types.ts';
import { PASSING_CONDITIONS } from './podConditions.ts';
import { equal } from '../../api/fields/equal.ts';

/** Fields that kubelet writes. What is not here (nominatedNodeName, …) is left alone. */
const FIELDS = [
  'phase',
  'reason',
  'message',
  'hostIP',
  'podIP',
  'startTime',
  'qosClass',
  'observedGeneration',
  'containerStatuses',
  'initContainerStatuses',
  'ephemeralContainerStatuses',
] as const;
/** Lists that a strategic merge would join by address. */
const REPLACED = ['hostIPs', 'podIPs'] as const;

/**
 * The strategic merge patch that brings a pod's status from what the API has to what is wanted, undefined where
 * nothing differs. The uid in it makes it fail on a pod that has taken the name meanwhile.
 */
export function statusPatch(base: Pod, wanted: PodStatus): object | undefined {
  const old = base.status ?? {};
  const status: Record<string, unknown> = {};
  for (const name of FIELDS) {
    if (equal(old[name], wanted[name])) continue;
    status[name] = wanted[name] ?? null;
  }
  for (const name of REPLACED) {
    if (equal(old[name] ?? [], wanted[name] ?? [])) continue;
    status[name] = [...(wanted[name] ?? []), { $patch: 'replace' }];
  }
  const conditions = changedConditions(old.conditions ?? [], wanted.conditions ?? []);
  if (conditions.length > 0) status['conditions'] = conditions;
  if (Object.keys(status).length === 0) return undefined;
  return { metadata: { uid: base.metadata.uid }, status };
}

/** The pod as it is once `wanted` is written: what is not kubelet's stays as in `base`. */
export function withStatus(base: Pod, wanted: PodStatus): Pod {
  const own: readonly string[] = [...FIELDS, ...REPLACED];
  const others = Object.entries(base.status ?? {}).filter(([name]) => !own.includes(name));
  const conditions = wanted.conditions ?? [];
  const kept = (base.status?.conditions ?? []).filter(
    ({ type }) => !PASSING_CONDITIONS.includes(type) && !conditions.some((each) => each.type === type),
  );
  return {
    ...base,
    status: { ...Object.fromEntries(others), ...wanted, conditions: [...kept, ...conditions] },
  };
}

function changedConditions(old: readonly PodCondition[], wanted: readonly PodCondition[]): object[] {
  const gone = old
    .filter(({ type }) => PASSING_CONDITIONS.includes(type) && !wanted.some((each) => each.type === type))
    .map(({ type }) => ({ type, $patch: 'delete' }));
  const changed = wanted.flatMap((condition) => {
    const before = old.find(({ type }) => type === condition.type);
    if (before !== undefined && equal(relevant(before), relevant(condition))) return [];
    return [{ ...condition, reason: condition.reason ?? null, message: condition.message ?? null }];
  });
  return [...changed, ...gone];
}

function relevant(condition: PodCondition): object {
  const { type, status, reason, message, observedGeneration } = condition;
  return { type, status, reason, message, observedGeneration };
}

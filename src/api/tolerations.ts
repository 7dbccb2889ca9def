import { equal } from './fields/equal.ts';
import type { Taint, Toleration } from './types.ts';

/** Whether a toleration covers a taint (api `core/v1/toleration.go` ToleratesTaint). */
export function tolerates(toleration: Toleration, taint: Pick<Taint, 'key' | 'value' | 'effect'>): boolean {
  const { key = '', value = '', effect = '', operator = 'Equal' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === 'Equal' || operator === '') && key !== '' && value === (taint.value ?? '');
}

/** The first taint of these effects that no toleration covers. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  if (taints === undefined || taints.length === 0) return undefined;
  return taints.find(
    (taint) =>
      effects.includes(taint.effect) &&
      !(tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
  );
}

/**
 * Both lists as one, without those that another one includes (`pkg/util/tolerations` MergeTolerations). Of equal ones the
 * first stays.
 */
export function mergeTolerations(
  first: readonly Toleration[],
  second: readonly Toleration[],
): readonly Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  all.forEach((toleration, at) => {
    const later = all.slice(at + 1).filter((other) => !equal(other, toleration));
    if ([...merged, ...later].some((other) => isSuperset(other, toleration))) return;
    merged.push(toleration);
  });
  return merged;
}

/** Whether one covers whatever the other one does. */
function isSuperset(wide: Toleration, narrow: Toleration): boolean {
  const { key = '', effect = '', operator = 'Equal', value = '', tolerationSeconds: seconds } = wide;
  if (key !== (narrow.key ?? '') && (key !== '' || operator !== 'Exists')) return false;
  if (effect !== (narrow.effect ?? '') && effect !== '') return false;
  if (effect === 'NoExecute' && seconds !== undefined) {
    const other = narrow.tolerationSeconds;
    if (other === undefined || other > seconds) return false;
  }
  if (operator === 'Exists') return true;
  const isEqual = (narrow.operator ?? 'Equal') === 'Equal' || narrow.operator === '';
  return (operator === 'Equal' || operator === '') && isEqual && value === (narrow.value ?? '');
}

import type { Taint, Toleration } from './types.ts';

/** Whether a toleration covers a taint (api `core/v1/toleration.go` ToleratesTaint). */
export function tolerates(toleration: Toleration, taint: Pick<Taint, 'key' | 'value' | 'effect'>): boolean {
  const { key = '', value = '', effect = '', operator = 'Equal' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === 'Equal' || operator === '') && key !== '' && value === (taint.value ?? '');
}

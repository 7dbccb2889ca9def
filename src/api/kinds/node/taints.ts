import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import type { Taint } from '../../types.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../names/names.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** A node's taints: valid, and one for each pair of key and effect (core `validateNodeTaints`). */
export function validateNodeTaints(taints: readonly Unchecked<Taint>[], path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, i) => {
    const at = path.index(i);
    const key = taint.key ?? '';
    const errors = qualifiedNameErrors(key).map((text) => invalid(at.child('key'), key, text));
    errors.push(
      ...labelValueErrors(taint.value ?? '').map((text) => invalid(at.child('value'), taint.value, text)),
    );
    errors.push(...validateTaintEffect(taint.effect, at.child('effect')));
    const identity = `${key}:${taint.effect ?? ''}`;
    if (seen.has(identity)) {
      const pair = `taints must be unique by key and effect pair`;
      errors.push({ ...duplicate(at, taint), message: `${duplicate(at, taint).message}: ${pair}` });
    }
    seen.add(identity);
    return errors;
  });
}

function validateTaintEffect(effect: string | undefined, path: FieldPath): FieldError[] {
  if (effect === undefined || effect === '') return [required(path)];
  return EFFECTS.includes(effect) ? [] : [notSupported(path, effect, EFFECTS)];
}

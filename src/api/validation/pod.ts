import { type FieldError, field } from '../fieldErrors.ts';
import type { Pod } from '../types.ts';
import { validatePodSpec } from './podSpec.ts';

/** core validation `ValidatePodCreate`: the spec; metadata is checked for all kinds alike. */
export function validatePod(object: Pod): FieldError[] {
  return validatePodSpec(object.spec, field('spec'));
}

import { type FieldError, field, forbiddenField } from '../fieldErrors.ts';
import type { Mutable } from '../meta.ts';
import type { Pod, PodSpec } from '../types.ts';
import { equal } from './equal.ts';

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** core validation `ValidatePodUpdate`. */
export function validatePodUpdate(object: Pod, old: Pod): FieldError[] {
  const comparable = structuredClone(object.spec) as Mutable<PodSpec>;
  for (const list of ['containers', 'initContainers'] as const) {
    comparable[list]?.forEach((container, i) => {
      const image = old.spec[list]?.[i]?.image;
      if (image !== undefined) container.image = image;
    });
  }
  for (const name of ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds'] as const) {
    (comparable as Record<string, unknown>)[name] = old.spec[name];
  }
  return equal(comparable, old.spec) ? [] : [forbiddenField(field('spec'), MAY_CHANGE)];
}

export function validatePodStatusUpdate(object: Pod, old: Pod): FieldError[] {
  object;
  old;
  return [];
}

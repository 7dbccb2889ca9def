import { field } from '../../fields/fieldErrors.ts';
import type { KubeObject } from '../../meta.ts';
import type { PodTemplateSpec } from '../../types.ts';
import { podOwnerNameWarnings, podTemplateWarnings } from './index.ts';

type Workload = KubeObject & { readonly spec: { readonly template?: PodTemplateSpec | undefined } };

/**
 * The warnings for a kind that makes pods: for its template, and for its name when it is new (apps strategies'
 * WarningsOnCreate).
 */
export function workloadWarnings(object: Workload, old: Workload | undefined): string[] {
  return old === undefined
    ? [...podOwnerNameWarnings(object.metadata.name), ...templateWarnings(object, old)]
    : templateWarnings(object, old);
}

/** The warnings for its template if it has changed: nobody needs them again when the status changes. */
export function templateWarnings(object: Workload, old: Workload | undefined): string[] {
  if (old !== undefined && object.metadata.generation === old.metadata.generation) return [];
  return podTemplateWarnings(object.spec.template, field('spec', 'template'));
}

import type { FieldError, FieldPath } from '../fields/fieldErrors.ts';
import type { PodTemplateSpec } from '../types.ts';
import { validateLabels } from '../metadata/labels.ts';
import { validateAnnotations } from '../metadata/metadata.ts';
import { validatePodSpec } from './validation.ts';
import type { Unchecked } from '../fields/unchecked.ts';

/** core validation `ValidatePodTemplateSpec`. */
export function validatePodTemplate(template: Unchecked<PodTemplateSpec>, path: FieldPath): FieldError[] {
  const metadata = path.child('metadata');
  return [
    ...validateLabels(template.metadata?.labels, metadata.child('labels')),
    ...validateAnnotations(template.metadata?.annotations, metadata.child('annotations')),
    ...validatePodSpec(template.spec ?? {}, path.child('spec'), { isPod: false }),
  ];
}

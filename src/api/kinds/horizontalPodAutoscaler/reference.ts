import type { FieldError, FieldPath } from '../../fields/fieldErrors.ts';
import { requiredText } from '../../fields/rules.ts';
import { pathSegmentErrors } from '../../names/names.ts';

interface Reference {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly apiVersion?: string | undefined;
}

/** autoscaling validation `ValidateCrossVersionObjectReference`, without the group: see `groupErrors`. */
export function validateReference(reference: Reference | undefined, path: FieldPath): FieldError[] {
  return [
    ...requiredText(pathSegmentErrors, reference?.kind, path.child('kind')),
    ...requiredText(pathSegmentErrors, reference?.name, path.child('name')),
  ];
}

/** autoscaling validation `ValidateAPIVersion`. */
export function groupErrors(apiVersion: string, mayBeCore: boolean): string[] {
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return [`unexpected GroupVersion string: ${apiVersion}`];
  const hasGroup = slashes === 1 && !apiVersion.startsWith('/');
  return hasGroup || mayBeCore ? [] : ['apiVersion must specify API group'];
}

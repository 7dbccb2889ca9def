import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notFoundValue,
  required,
} from '../fields/fieldErrors.ts';
import { each, optionalText, requiredText } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names/names.ts';
import type { PodSpec, ResourceRequirements } from '../types.ts';

type PodClaims = Unchecked<PodSpec>['resourceClaims'];

/** The claims of a pod: each by one of two names (core validation `validatePodResourceClaims`). */
export function validatePodClaims(claims: PodClaims, path: FieldPath): FieldError[] {
  const names = new Set<string>();
  return each(claims, path, (claim, at) => {
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim;
    const errors = requiredText(dns1123LabelErrors, name, at.child('name'));
    if (name !== '' && names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const why = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(at, claim, why));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const why = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.push(invalid(at, claim, why));
    }
    return [
      ...errors,
      ...optionalText(dns1123SubdomainErrors, resourceClaimName, at.child('resourceClaimName')),
      ...optionalText(
        dns1123SubdomainErrors,
        resourceClaimTemplateName,
        at.child('resourceClaimTemplateName'),
      ),
    ];
  });
}

/** What a container takes of them (core validation `validateResourceClaimNames`). */
export function validateClaimNames(
  resources: Unchecked<ResourceRequirements> | undefined,
  podClaims: PodClaims,
  path: FieldPath,
): FieldError[] {
  if ((resources?.claims ?? []).length === 0) return [];
  const known = (podClaims ?? []).map(({ name = '' }) => name).sort();
  const names = new Set<string>();
  return each(resources?.claims, path.child('claims'), ({ name = '', request = '' }, at) => {
    if (name === '') return [required(at)];
    const key = `${name}/${request}`;
    const errors = names.has(key) ? [duplicate(at, name)] : [];
    names.add(key);
    if (!known.includes(name)) {
      const error = notFoundValue(at, name);
      const which = known.length === 0 ? ' which is empty' : `: ${known.join(', ')}`;
      const message = `${error.message}: must be one of the names in pod.spec.resourceClaims${which}`;
      errors.push({ ...error, message });
    }
    return errors;
  });
}

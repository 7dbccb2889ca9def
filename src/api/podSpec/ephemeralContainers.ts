import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  notFoundValue,
} from '../fields/fieldErrors.ts';
import type { Container, PodSpec } from '../types.ts';
import { each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

/** The fields that ephemeral containers cannot have. */
const FORBIDDEN = [
  'ports',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const;
const WHY = 'cannot be set for an Ephemeral Container';

/** core validation `validateEphemeralContainers`. */
export function validateEphemeralContainers(
  spec: Unchecked<PodSpec>,
  path: FieldPath,
  otherNames: ReadonlySet<string>,
  validateContainer: (container: Unchecked<Container>, path: FieldPath) => readonly FieldError[],
): FieldError[] {
  const names = new Set(otherNames);
  return each(spec.ephemeralContainers, path, (container, at) => {
    const { name = '', targetContainerName: target = '' } = container;
    const errors = [...validateContainer(container, at)];
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    if (target !== '' && !otherNames.has(target)) {
      errors.push(notFoundValue(at.child('targetContainerName'), target));
    }
    for (const key of FORBIDDEN) {
      if (isSet(container[key])) errors.push(forbiddenField(at.child(key), WHY));
    }
    errors.push(
      ...each(container.volumeMounts, at.child('volumeMounts'), (mount, mountAt) =>
        (['subPath', 'subPathExpr'] as const)
          .filter((key) => isSet(mount[key]))
          .map((key) => forbiddenField(mountAt.child(key), WHY)),
      ),
    );
    return errors;
  });
}

const isSet = (value: unknown): boolean =>
  value !== undefined &&
  value !== '' &&
  !(typeof value === 'object' && Object.keys(value ?? {}).length === 0);

import { type FieldError, type FieldPath, notSupported } from '../fieldErrors.ts';
import type { PodSpec } from '../types.ts';
import { validateContainers } from './containers.ts';
import type { Unchecked } from './unchecked.ts';

/** core validation `ValidatePodSpec`. */
export function validatePodSpec(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  return [
    ...validateContainers(spec, path),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], path.child('restartPolicy')),
    ...oneOf(
      spec.dnsPolicy,
      ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
      path.child('dnsPolicy'),
    ),
  ];
}

const oneOf = (value: string | undefined, allowed: readonly string[], path: FieldPath): FieldError[] =>
  allowed.includes(value ?? '') ? [] : [notSupported(path, value ?? '', allowed)];

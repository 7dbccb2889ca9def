import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../fields/fieldErrors.ts';
import type { Container, PodSpec } from '../types.ts';
import { validateContainerPorts, validateHostPortsUnique } from './containerPorts.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateEphemeralContainers } from './ephemeralContainers.ts';
import { dns1123LabelErrors } from '../names/names.ts';
import { validateLifecycle, validateProbes } from './probes.ts';
import { validateClaimNames } from './resourceClaims.ts';
import { validateResources } from './resources.ts';
import { validateRestarts, validateSidecarRules } from './restartRules.ts';
import { all, each, oneOf, present, requiredText } from '../fields/rules.ts';
import { validateSecurityContext } from './securityContext.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { validateMounts } from './volumeMounts.ts';

const ONLY_FOR_SIDECARS = 'may not be set for init containers without restartPolicy=Always';

/** Where the pod spec stands: some rules hold for pods only, since a template may still be completed. */
export interface PodSpecContext {
  readonly isPod: boolean;
}

/** Containers of all sorts (core validation `validateContainers`, `validateInitContainers`). */
export function validateContainers(
  spec: Unchecked<PodSpec>,
  path: FieldPath,
  context: PodSpecContext,
): FieldError[] {
  const containers = spec.containers ?? [];
  const at = path.child('containers');
  const names = new Set<string>();
  return all(
    containers.length === 0 ? [required(at)] : [],
    each(containers, at, (container, index) =>
      all(
        validateContainer(container, spec, index, context),
        validateRunning(container, spec, index),
        validateUniqueName(container.name, names, index),
      ),
    ),
    validateHostPortsUnique(containers, at),
    each(spec.initContainers, path.child('initContainers'), (container, index) =>
      all(
        validateContainer(container, spec, index, context),
        validateInitContainer(container, spec, index),
        validateUniqueName(container.name, names, index),
      ),
    ),
    validateEphemeralContainers(spec, path.child('ephemeralContainers'), names, (container, index) =>
      validateContainer(container, spec, index, context),
    ),
  );
}

/** What holds for every container. */
function validateContainer(
  container: Unchecked<Container>,
  spec: Unchecked<PodSpec>,
  path: FieldPath,
  { isPod }: PodSpecContext,
): FieldError[] {
  const image = container.image ?? '';
  const errors = [
    ...requiredText(dns1123LabelErrors, container.name, path.child('name')),
    ...present(image, path.child('image')),
  ];
  // Templates of old may have blanks: only the pod is refused.
  if (isPod && image !== image.trim()) {
    errors.push(invalid(path.child('image'), image, 'must not have leading or trailing whitespace'));
  }
  return all(
    errors,
    oneOf(
      container.terminationMessagePolicy,
      ['File', 'FallbackToLogsOnError'],
      path.child('terminationMessagePolicy'),
    ),
    validateContainerPorts(container.ports, path.child('ports')),
    validateEnv(container.env, spec.volumes, path.child('env')),
    validateEnvFrom(container.envFrom, path.child('envFrom')),
    validateMounts(container, spec.volumes ?? [], path),
    oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], path.child('imagePullPolicy')),
    validateResources(container.resources, path.child('resources')),
    validateClaimNames(container.resources, spec.resourceClaims, path.child('resources')),
    validateResizePolicy(container, spec, path.child('resizePolicy')),
    validateSecurityContext(
      container.securityContext,
      path.child('securityContext'),
      spec.hostUsers !== false,
    ),
  );
}

/** core validation `validateResizePolicy`. */
function validateResizePolicy(
  { resizePolicy }: Unchecked<Container>,
  spec: Unchecked<PodSpec>,
  path: FieldPath,
): FieldError[] {
  const seen = new Set<string>();
  return each(resizePolicy, path, ({ resourceName = '', restartPolicy = '' }, at) => {
    const errors = seen.has(resourceName) ? [duplicate(at, resourceName)] : [];
    seen.add(resourceName);
    errors.push(
      ...oneOf(resourceName, ['cpu', 'memory'], path),
      ...oneOf(restartPolicy, ['NotRequired', 'RestartContainer'], path),
    );
    if (spec.restartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
    return errors;
  });
}

/** What holds for containers that keep running: regular ones and sidecars. */
function validateRunning(
  container: Unchecked<Container>,
  spec: Unchecked<PodSpec>,
  path: FieldPath,
): FieldError[] {
  const grace = spec.terminationGracePeriodSeconds;
  return all(
    validateLifecycle(container.lifecycle, spec, path.child('lifecycle')),
    validateProbes(container, grace, path),
    validateRestarts(container, path),
  );
}

function validateInitContainer(
  container: Unchecked<Container>,
  spec: Unchecked<PodSpec>,
  path: FieldPath,
): FieldError[] {
  // They run one by one, so ports clash only within one.
  const errors = validateHostPortsUnique([container], path);
  if (container.restartPolicy === 'Always') {
    return [...errors, ...validateRunning(container, spec, path), ...validateSidecarRules(container, path)];
  }
  errors.push(...validateRestarts(container, path));
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[name] !== undefined) errors.push(forbiddenField(path.child(name), ONLY_FOR_SIDECARS));
  }
  return errors;
}

/** Unique among regular and init containers; `names` collects. */
function validateUniqueName(name = '', names: Set<string>, path: FieldPath): FieldError[] {
  if (name === '') return [];
  if (names.has(name)) return [duplicate(path.child('name'), name)];
  names.add(name);
  return [];
}

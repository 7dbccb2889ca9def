import { type FieldError, field, type FieldPath, forbiddenField, invalid } from '../../fields/fieldErrors.ts';
import { qosClassOf } from '../../podSpec/qos.ts';
import type { Container, Pod, ResourceRequirements } from '../../types.ts';
import { equal } from '../../fields/equal.ts';
import { MIRROR_ANNOTATION } from './validation.ts';

const RESIZABLE = ['cpu', 'memory'];
const LISTS = ['containers', 'initContainers'] as const;

/** core validation `ValidatePodResize` (KEP-1287): cpu and memory of containers and sidecars, within the pod's class. */
export function validatePodResize(object: Pod, old: Pod): FieldError[] {
  const whole = field('');
  if (old.spec.resources !== undefined || object.spec.resources !== undefined) {
    return [forbiddenField(whole, 'pods with pod-level resources cannot be resized')];
  }
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return [forbiddenField(whole, 'static pods cannot be resized')];
  }
  if (old.spec.os?.name === 'windows') return [forbiddenField(whole, 'windows pods cannot be resized')];
  const path = field('spec');
  const errors: FieldError[] = [];
  const qosClass = qosClassOf(object.spec);
  if (qosClass !== qosClassOf(old.spec)) {
    errors.push(invalid(path, qosClass, 'Pod QOS Class may not change as a result of resizing'));
  }
  const order = LISTS.flatMap((list) =>
    validateOrder(object.spec[list] ?? [], old.spec[list] ?? [], path.child(list)),
  );
  if (order.length > 0) return [...errors, ...order];
  for (const list of LISTS) {
    (old.spec[list] ?? []).forEach((before, i) => {
      const after = object.spec[list]?.[i];
      if (after === undefined) return;
      const at = path.child(list).index(i).child('resources');
      if (list === 'initContainers' && before.restartPolicy !== 'Always') {
        if (!equal(before.resources, after.resources)) {
          errors.push(forbiddenField(at, 'resources for non-sidecar init containers are immutable'));
        }
        return;
      }
      errors.push(...validateRemovals(after.resources, before.resources, at));
      if (!equal(withoutResizable(before), withoutResizable(after))) {
        errors.push(forbiddenField(path, 'only cpu and memory resources are mutable'));
      }
    });
  }
  return errors;
}

function validateOrder(
  now: readonly Container[],
  before: readonly Container[],
  path: FieldPath,
): FieldError[] {
  const what = path.toString().endsWith('initContainers') ? 'initContainers' : 'containers';
  if (now.length !== before.length) {
    return [forbiddenField(path, `${what} may not be added or removed on resize`)];
  }
  return now.flatMap(({ name }, i) =>
    name === before[i]?.name
      ? []
      : [forbiddenField(path.index(i).child('name'), `${what} may not be renamed or reordered on resize`)],
  );
}

function validateRemovals(
  now: ResourceRequirements | undefined,
  before: ResourceRequirements | undefined,
  path: FieldPath,
): FieldError[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const removed = RESIZABLE.some(
      (name) => before?.[list]?.[name] !== undefined && now?.[list]?.[name] === undefined,
    );
    return removed ? [forbiddenField(path.child(list), `resource ${list} cannot be removed`)] : [];
  });
}

/** A container without what a resize may change. */
function withoutResizable(container: Container): object {
  const { resources, resizePolicy: _, ...rest } = container;
  const others = (list: Readonly<Record<string, string>> | undefined): object =>
    Object.fromEntries(Object.entries(list ?? {}).filter(([name]) => !RESIZABLE.includes(name)));
  return {
    ...rest,
    resources: { ...resources, limits: others(resources?.limits), requests: others(resources?.requests) },
  };
}

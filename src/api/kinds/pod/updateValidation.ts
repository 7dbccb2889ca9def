import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import type { Mutable } from '../../meta.ts';
import { qosClassOf } from '../../podSpec/qos.ts';
import type { Container, Pod, PodSpec } from '../../types.ts';
import { equal } from '../../fields/equal.ts';
import { validateGatedPodUpdate } from './gatedPods.ts';
import { MIRROR_ANNOTATION } from './validation.ts';
import { each } from '../../fields/rules.ts';
import { validateAddedTolerations } from '../../podSpec/tolerations.ts';
import { inclusiveRangeError } from '../../names/names.ts';

const MAX_INT32 = 2147483647;
const MAY_CHANGE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

type Draft = Mutable<PodSpec>;

/** core validation `ValidatePodUpdate`: of a pod's spec hardly anything may change. */
export function validatePodUpdate(object: Pod, old: Pod): FieldError[] {
  const path = field('spec');
  const errors = validateMirrorAnnotation(object, old);
  for (const list of ['containers', 'initContainers'] as const) {
    const now = object.spec[list] ?? [];
    if (now.length !== (old.spec[list] ?? []).length) {
      return [...errors, forbiddenField(path.child(list), 'pod updates may not add or remove containers')];
    }
    errors.push(...validateImages(now, path.child(list)));
  }
  const deadline = validateDeadline(object.spec, old.spec, path.child('activeDeadlineSeconds'));
  errors.push(...deadline);
  if (deadline.length > 0) return errors;
  errors.push(
    ...validateAddedTolerations(object.spec.tolerations, old.spec.tolerations, path.child('tolerations')),
  );
  errors.push(...validateRemovedGates(object.spec, old.spec, path.child('schedulingGates')));
  if (equal(object.spec, old.spec)) return errors;

  if (qosClassOf(object.spec) !== (old.status?.qosClass ?? qosClassOf(old.spec))) {
    errors.push(invalid(field('metadata'), object.status?.qosClass ?? '', 'Pod QoS is immutable'));
  }
  const comparable = withChangesUndone(object.spec, old.spec);
  if ((old.spec.schedulingGates ?? []).length > 0) {
    errors.push(...validateGatedPodUpdate(comparable, old.spec, path));
  }
  const changed = changedFields(comparable, old.spec);
  if (changed.length > 0) {
    const list = changed.map((name) => `\u00a0\u00a0${path.child(name).toString()}`).join('\n');
    errors.push(forbiddenField(path, `pod updates may not change fields other than ${MAY_CHANGE}\n${list}`));
  }
  return errors;
}

/** The new spec with everything taken back that may change: what is left to differ is a mistake. */
function withChangesUndone(spec: PodSpec, old: PodSpec): Draft {
  const comparable = structuredClone(spec) as Draft;
  for (const list of ['containers', 'initContainers'] as const) {
    comparable[list]?.forEach((container, i) => {
      const image = old[list]?.[i]?.image;
      if (image !== undefined) container.image = image;
    });
  }
  keep(comparable, old, 'activeDeadlineSeconds');
  keep(comparable, old, 'tolerations');
  keep(comparable, old, 'schedulingGates');
  // A negative grace meant "at once"; it is repaired when the pod is deleted.
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && comparable.terminationGracePeriodSeconds === 1) {
    keep(comparable, old, 'terminationGracePeriodSeconds');
  }
  return comparable;
}

function keep(comparable: Draft, old: PodSpec, name: keyof PodSpec): void {
  if (old[name] === undefined) Reflect.deleteProperty(comparable, name);
  else Reflect.set(comparable, name, old[name]);
}

function changedFields(spec: PodSpec, old: PodSpec): string[] {
  const names = new Set([...Object.keys(spec), ...Object.keys(old)] as (keyof PodSpec)[]);
  return [...names].filter((name) => !equal(spec[name], old[name])).sort();
}

function validateImages(containers: readonly Container[], path: FieldPath): FieldError[] {
  return each(containers, path, ({ image = '' }, at) => {
    if (image === '') return [required(at.child('image'))];
    return image === image.trim()
      ? []
      : [invalid(at.child('image'), image, 'must not have leading or trailing whitespace')];
  });
}

/** It may be set, and it may come earlier. */
function validateDeadline(spec: PodSpec, old: PodSpec, path: FieldPath): FieldError[] {
  const now = spec.activeDeadlineSeconds;
  const before = old.activeDeadlineSeconds;
  if (now === undefined) {
    return before === undefined
      ? []
      : [invalid(path, null, 'must not update from a positive integer to nil value')];
  }
  if (now < 0 || now > MAX_INT32) return [invalid(path, now, inclusiveRangeError(0, MAX_INT32))];
  return before !== undefined && before < now
    ? [invalid(path, now, 'must be less than or equal to previous value')]
    : [];
}

function validateRemovedGates(spec: PodSpec, old: PodSpec, path: FieldPath): FieldError[] {
  const known = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  return each(spec.schedulingGates, path, ({ name }, at) =>
    known.has(name)
      ? []
      : [
          forbiddenField(
            at.child('name'),
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

/** Whether a pod mirrors a file on a node is decided once. */
function validateMirrorAnnotation(object: Pod, old: Pod): FieldError[] {
  const now = object.metadata.annotations?.[MIRROR_ANNOTATION];
  const before = old.metadata.annotations?.[MIRROR_ANNOTATION];
  if (now === before) return [];
  const path = field('metadata', 'annotations').key(MIRROR_ANNOTATION);
  return [
    forbiddenField(
      path,
      before === undefined
        ? 'may not add mirror pod annotation'
        : 'may not remove or update mirror pod annotation',
    ),
  ];
}

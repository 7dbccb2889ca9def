import { type FieldError, field, type FieldPath, forbiddenField, invalid } from '../../fields/fieldErrors.ts';
import type { Pod } from '../../types.ts';
import { validatePodSpec } from '../../podSpec/validation.ts';
import { all, each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const DELETION_COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';

type PodLike = Unchecked<Pod>;

/** core validation `validatePodMetadataAndSpec`; metadata as such is checked for all kinds alike. */
export function validatePod(object: PodLike): FieldError[] {
  const spec = object.spec ?? {};
  const path = field('spec');
  return all(
    validatePodAnnotations(object, field('metadata', 'annotations')),
    validatePodSpec(spec, path, { isPod: true }),
    (spec.serviceAccountName ?? '') === '' ? forbidTokens(object, path.child('volumes')) : [],
    isNew(object) && (spec.ephemeralContainers ?? []).length > 0
      ? [forbiddenField(path.child('ephemeralContainers'), 'cannot be set on create')]
      : [],
    (spec.nodeName ?? '') !== '' && (spec.schedulingGates ?? []).length > 0
      ? [forbiddenField(path.child('nodeName'), 'cannot be set until all schedulingGates have been cleared')]
      : [],
  );
}

/** An object that is not stored yet has no revision. */
const isNew = ({ metadata }: PodLike): boolean => (metadata?.resourceVersion ?? '') === '';

function validatePodAnnotations({ metadata, spec }: PodLike, path: FieldPath): FieldError[] {
  const annotations = metadata?.annotations ?? {};
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR_ANNOTATION];
  if (mirror !== undefined && (spec?.nodeName ?? '') === '') {
    const why = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(path.key(MIRROR_ANNOTATION), mirror, why));
  }
  const cost = annotations[DELETION_COST_ANNOTATION];
  if (cost !== undefined && !isInt32(cost)) {
    errors.push(invalid(path.key(DELETION_COST_ANNOTATION), cost, 'must be a 32bit integer'));
  }
  return errors;
}

function isInt32(text: string): boolean {
  const value = Number(text);
  return /^-?(0|[1-9]\d*)$/.test(text) && value >= -(2 ** 31) && value < 2 ** 31;
}

function forbidTokens({ spec }: PodLike, path: FieldPath): FieldError[] {
  return each(spec?.volumes, path, (volume, at) =>
    each(volume.projected?.sources, at.child('projected', 'sources'), (source, sourceAt) =>
      source.serviceAccountToken === undefined
        ? []
        : [
            forbiddenField(
              sourceAt.child('serviceAccountToken'),
              'must not be specified when serviceAccountName is not set',
            ),
          ],
    ),
  );
}

import { type FieldError, field, forbiddenField } from '../../fields/fieldErrors.ts';
import type { Pod } from '../../types.ts';
import { equal } from '../../fields/equal.ts';
import { MIRROR_ANNOTATION } from './validation.ts';

/** core validation `ValidatePodEphemeralContainersUpdate`: they may be added, and that is all. */
export function validateEphemeralContainersUpdate(object: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return [forbiddenField(field(''), 'static pods do not support ephemeral containers')];
  }
  const path = field('spec', 'ephemeralContainers');
  const now = new Map((object.spec.ephemeralContainers ?? []).map((each) => [each.name, each]));
  return (old.spec.ephemeralContainers ?? []).flatMap((before) => {
    const { name } = before;
    const after = now.get(name);
    // The texts end in a line break, behind which upstream shows the difference.
    if (after === undefined) {
      return [
        forbiddenField(path, `existing ephemeral containers ${JSON.stringify(name)} may not be removed\n`),
      ];
    }
    return equal(before, after)
      ? []
      : [forbiddenField(path, `existing ephemeral containers ${JSON.stringify(name)} may not be changed\n`)];
  });
}

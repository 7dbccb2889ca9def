import { field } from '../../fields/fieldErrors.ts';
import { rangeWarnings } from '../../fields/ipWarnings.ts';
import type { Node } from '../../types.ts';

/** core/node strategy `fieldIsDeprecatedWarnings`. */
export function nodeWarnings({ spec }: Node): string[] {
  const warnings: string[] = [];
  if (spec.configSource !== undefined) warnings.push('spec.configSource: the feature is removed');
  if ((spec.externalID ?? '') !== '') {
    warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  }
  spec.podCIDRs?.forEach((range, i) =>
    warnings.push(...rangeWarnings(field('spec', 'podCIDRs').index(i), range)),
  );
  return warnings;
}

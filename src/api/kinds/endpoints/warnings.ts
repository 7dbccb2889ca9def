import { field } from '../../fields/fieldErrors.ts';
import { addressWarnings } from '../../fields/ipWarnings.ts';
import type { Endpoints } from '../../types.ts';

/** core/endpoint strategy `endpointsWarnings`. */
export function endpointsWarnings({ subsets = [] }: Endpoints): string[] {
  return subsets.flatMap((subset, i) =>
    (['addresses', 'notReadyAddresses'] as const).flatMap((name) =>
      (subset[name] ?? []).flatMap(({ ip }, j) =>
        addressWarnings(field('subsets').index(i).child(name).index(j).child('ip'), ip),
      ),
    ),
  );
}

import { field } from '../../fields/fieldErrors.ts';
import { addressWarnings } from '../../fields/ipWarnings.ts';
import type { EndpointSlice } from '../../types.ts';

/** discovery/endpointslice strategy `WarningsOnCreate` and `WarningsOnUpdate`. */
export function endpointSliceWarnings({ addressType, endpoints }: EndpointSlice): string[] {
  if (addressType === 'FQDN') return ['spec.addressType: FQDN endpoints are deprecated'];
  return (endpoints ?? []).flatMap(({ addresses }, i) =>
    addresses.flatMap((address, j) =>
      addressWarnings(field('endpoints').index(i).child('addresses').index(j), address),
    ),
  );
}

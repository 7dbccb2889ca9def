import type { Draft } from '../../meta.ts';
import type { EndpointSlice } from '../../types.ts';
import type { Incomplete } from '../../fields/unchecked.ts';

/** discovery/v1 `SetDefaults_EndpointPort`: a port has a name (maybe empty) and a protocol. */
export function setEndpointSliceDefaults(draft: Draft<EndpointSlice>): void {
  const incomplete: { endpoints?: Incomplete<EndpointSlice['endpoints']> } = draft;
  incomplete.endpoints ??= [];
  for (const endpoint of incomplete.endpoints) endpoint.conditions ??= {};
  for (const port of draft.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

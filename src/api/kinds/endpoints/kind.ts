import { defineKind, type Kind } from '../../kind.ts';
import { endpoints as handle } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Endpoints } from '../../types.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { validateEndpoints } from './validation.ts';
import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import { endpointsWarnings } from './warnings.ts';

/** How many addresses the table shows. */
const SHOWN = 3;

export const endpoints: Kind = defineKind<Endpoints>({
  resource: handle,
  schema: builtIn('V1Endpoints'),
  shortNames: ['ep'],
  createOnUpdate: true,
  setDefaults(draft) {
    for (const subset of (draft.subsets ?? []) as Incomplete<Endpoints['subsets']> & object) {
      for (const port of subset.ports ?? []) if (!port.protocol) port.protocol = 'TCP';
    }
  },
  validate: validateEndpoints,
  warnings: endpointsWarnings,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  columns: [
    nameColumn,
    column('Endpoints', 'string', 'Addresses with ports, the first three.', endpointsText),
    ageColumn,
  ],
});

function endpointsText(object: Endpoints): string {
  const all: string[] = [];
  for (const subset of object.subsets ?? []) {
    const addresses = (subset.addresses ?? []).map((address) => address.ip);
    const ports = subset.ports ?? [];
    if (ports.length === 0) all.push(...addresses);
    for (const port of ports) {
      all.push(...addresses.map((ip) => (ip.includes(':') ? `[${ip}]:${port.port}` : `${ip}:${port.port}`)));
    }
  }
  if (all.length === 0) return NONE;
  const more = all.length > SHOWN ? ` + ${all.length - SHOWN} more...` : '';
  return all.slice(0, SHOWN).join(',') + more;
}

import { setEndpointSliceDefaults } from './defaults.ts';
import { field } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { endpointSlices } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { EndpointSlice } from '../../types.ts';
import { equal } from '../../fields/equal.ts';
import { validateEndpointSlice } from './validation.ts';
import { immutableField } from '../../metadata/metadata.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';
import { endpointSliceWarnings } from './warnings.ts';

/** How many ports and addresses the table shows. */
const SHOWN = 3;
const UNSET = '<unset>';

export const endpointSlice: Kind = defineKind<EndpointSlice>({
  resource: endpointSlices,
  schema: builtIn('V1EndpointSlice'),
  hasGeneration: true,
  setDefaults: setEndpointSliceDefaults,
  prepareForUpdate(draft, old) {
    const { endpoints, ports, metadata } = draft;
    const unchanged =
      equal([endpoints, ports, metadata.labels], [old.endpoints, old.ports, old.metadata.labels]) &&
      draft.addressType === old.addressType;
    if (!unchanged) metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate: validateEndpointSlice,
  validateUpdate: (object, old) => immutableField(object.addressType, old.addressType, field('addressType')),
  warnings: endpointSliceWarnings,
  columns: [
    nameColumn,
    column(
      'AddressType',
      'string',
      'IPv4, IPv6 or FQDN.',
      (o: Unchecked<EndpointSlice>) => o.addressType ?? '',
    ),
    column('Ports', 'string', 'Ports, the first three.', (o) => portsText(o)),
    column('Endpoints', 'string', 'Addresses, the first three.', (o) =>
      firstOf((o.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)),
    ),
    ageColumn,
  ],
});

const portsText = (object: EndpointSlice): string =>
  firstOf((object.ports ?? []).map((port) => (port.port === undefined ? '*' : String(port.port))));

function firstOf(texts: readonly string[]): string {
  if (texts.length === 0) return UNSET;
  const more = texts.length > SHOWN ? ` + ${texts.length - SHOWN} more...` : '';
  return texts.slice(0, SHOWN).join(',') + more;
}

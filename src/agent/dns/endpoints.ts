import type { EndpointSlice } from '../../api/types.ts';

/** A ready endpoint with its name under its service. */
export interface NamedEndpoint {
  /** The hostname that it was given, else its address with dashes. */
  readonly name: string;
  readonly address: string;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly number: number }[];
}

export function endpointsOf(slices: readonly EndpointSlice[]): readonly NamedEndpoint[] {
  return slices.flatMap((slice) => {
    const ports = (slice.ports ?? []).flatMap(({ name = '', protocol = 'TCP', port }) =>
      port === undefined
        ? []
        : [{ name: name.toLowerCase(), protocol: protocol.toLowerCase(), number: port }],
    );
    return (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .flatMap(({ addresses, hostname }) =>
        addresses.map((address) => ({
          name: (hostname ?? address.replace(/[.:]/g, '-')).toLowerCase(),
          address,
          ports,
        })),
      );
  });
}

import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../fields/fieldErrors.ts';
import type { EndpointSlice } from '../../types.ts';
import { PROTOCOLS } from '../endpoints/validation.ts';
import { isIPv4, isIPv6 } from '../../ip/address.ts';
import { ipErrors, specialIPErrors } from '../../fields/ips.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  fullyQualifiedErrors,
  portNumberErrors,
} from '../../names/names.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

const MAX_ENDPOINTS = 1000;
const MAX_PORTS = 20000;
const MAX_ADDRESSES = 100;
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

type Slice = Unchecked<EndpointSlice>;

/** discovery validation `ValidateEndpointSlice`. */
export function validateEndpointSlice(object: Slice): FieldError[] {
  const type = object.addressType ?? '';
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(field('addressType')));
  else if (!ADDRESS_TYPES.includes(type))
    errors.push(notSupported(field('addressType'), type, ADDRESS_TYPES));
  return [
    ...errors,
    ...validateEndpointList(object.endpoints ?? [], type),
    ...validatePorts(object.ports ?? []),
  ];
}

function validateEndpointList(list: NonNullable<Slice['endpoints']>, type: string): FieldError[] {
  const path = field('endpoints');
  if (list.length > MAX_ENDPOINTS) return [tooMany(path, list.length, MAX_ENDPOINTS)];
  return list.flatMap((endpoint, i) => {
    const at = path.index(i);
    const addresses = endpoint.addresses ?? [];
    const errors: FieldError[] = [];
    if (addresses.length === 0)
      errors.push(required(at.child('addresses'), 'must contain at least 1 address'));
    else if (addresses.length > MAX_ADDRESSES)
      errors.push(tooMany(at.child('addresses'), addresses.length, MAX_ADDRESSES));
    addresses.forEach((address, j) =>
      errors.push(...validateAddress(address, type, at.child('addresses').index(j))),
    );
    const node = endpoint.nodeName;
    if (node !== undefined) {
      errors.push(...dns1123SubdomainErrors(node).map((text) => invalid(at.child('nodeName'), node, text)));
    }
    const hostname = endpoint.hostname;
    if (hostname !== undefined) {
      errors.push(
        ...dns1123LabelErrors(hostname).map((text) => invalid(at.child('hostname'), hostname, text)),
      );
    }
    return errors;
  });
}

function validateAddress(address: string, type: string, path: FieldPath): FieldError[] {
  const wrong = (texts: readonly string[]): FieldError[] => texts.map((text) => invalid(path, address, text));
  if (type === 'FQDN') return wrong(fullyQualifiedErrors(address));
  const form = ipErrors(address);
  if (form.length > 0) return wrong(form);
  if (type === 'IPv4' && !isIPv4(address)) return wrong(['must be an IPv4 address']);
  if (type === 'IPv6' && !isIPv6(address)) return wrong(['must be an IPv6 address']);
  return wrong(specialIPErrors(address));
}

function validatePorts(ports: NonNullable<Slice['ports']>): FieldError[] {
  const path = field('ports');
  if (ports.length > MAX_PORTS) return [tooMany(path, ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap((port, i) => {
    const at = path.index(i);
    const name = port.name ?? '';
    const errors =
      name === '' ? [] : dns1123LabelErrors(name).map((text) => invalid(at.child('name'), name, text));
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    const protocol = port.protocol ?? '';
    if (protocol === '') errors.push(required(at.child('protocol')));
    else if (!PROTOCOLS.includes(protocol))
      errors.push(notSupported(at.child('protocol'), protocol, PROTOCOLS));
    if (port.port !== undefined) {
      errors.push(...portNumberErrors(port.port).map((text) => invalid(at.child('port'), port.port, text)));
    }
    return errors;
  });
}

import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import type { Endpoints } from '../../types.ts';
import { ipErrors, specialIPErrors } from '../../fields/ips.ts';
import { dns1123LabelErrors, portNumberErrors } from '../../names/names.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

type Subset = NonNullable<Unchecked<Endpoints>['subsets']>[number];

export const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP'];

/** core validation `ValidateEndpoints`. */
export function validateEndpoints(object: Unchecked<Endpoints>): FieldError[] {
  return (object.subsets ?? []).flatMap((subset, i) => validateSubset(subset, field('subsets').index(i)));
}

function validateSubset(subset: Subset, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const ready = subset.addresses ?? [];
  const notReady = subset.notReadyAddresses ?? [];
  if (ready.length === 0 && notReady.length === 0) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const [list, name] of [
    [ready, 'addresses'],
    [notReady, 'notReadyAddresses'],
  ] as const) {
    list.forEach((address, i) => {
      const at = path.child(name).index(i).child('ip');
      const ip = address.ip ?? '';
      const wrong = ipErrors(ip);
      errors.push(...(wrong.length > 0 ? wrong : specialIPErrors(ip)).map((text) => invalid(at, ip, text)));
    });
  }
  (subset.ports ?? []).forEach((port, i) => {
    const at = path.child('ports').index(i);
    const name = port.name ?? '';
    if (name === '') {
      if ((subset.ports ?? []).length > 1) errors.push(required(at.child('name')));
    } else errors.push(...dns1123LabelErrors(name).map((text) => invalid(at.child('name'), name, text)));
    errors.push(
      ...portNumberErrors(port.port ?? 0).map((text) => invalid(at.child('port'), port.port ?? 0, text)),
    );
    errors.push(...validateProtocol(port.protocol, at.child('protocol')));
  });
  return errors;
}

export function validateProtocol(protocol: string | undefined, path: FieldPath): FieldError[] {
  if (protocol === undefined || protocol === '') return [required(path)];
  return PROTOCOLS.includes(protocol) ? [] : [notSupported(path, protocol, PROTOCOLS)];
}

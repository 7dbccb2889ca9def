import { duplicate, type FieldError, type FieldPath, required } from '../fields/fieldErrors.ts';
import type { Container } from '../types.ts';
import { ipErrors } from '../fields/ips.ts';
import { portNameErrors } from '../names/names.ts';
import { conforms, each, oneOf, optionalText, portNumber } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** core validation `validateContainerPorts`. */
export function validateContainerPorts(ports: Unchecked<Container>['ports'], path: FieldPath): FieldError[] {
  const names = new Set<string>();
  return each(ports, path, (port, at) => {
    const { name = '', containerPort = 0, hostPort = 0 } = port;
    const errors: FieldError[] = [];
    if (name !== '') {
      const wrong = conforms(portNameErrors, name, at.child('name'));
      errors.push(...wrong);
      if (wrong.length === 0 && names.has(name)) errors.push(duplicate(at.child('name'), name));
      names.add(name);
    }
    if (containerPort === 0) errors.push(required(at.child('containerPort')));
    else errors.push(...portNumber(containerPort, at.child('containerPort')));
    if (hostPort !== 0) errors.push(...portNumber(hostPort, at.child('hostPort')));
    errors.push(...oneOf(port.protocol, PROTOCOLS, at.child('protocol')));
    errors.push(...optionalText(ipErrors, port.hostIP, at.child('hostIP')));
    return errors;
  });
}

/** Two containers that run together cannot have the same port of the host. */
export function validateHostPortsUnique(
  containers: readonly Unchecked<Container>[],
  path: FieldPath,
): FieldError[] {
  const taken = new Set<string>();
  return each(containers, path, (container, at) =>
    each(container.ports, at.child('ports'), ({ hostPort = 0, hostIP = '', protocol = '' }, portAt) => {
      if (hostPort === 0) return [];
      const identity = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(identity)) return [duplicate(portAt.child('hostPort'), identity)];
      taken.add(identity);
      return [];
    }),
  );
}

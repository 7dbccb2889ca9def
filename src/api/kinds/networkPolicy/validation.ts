import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { cidrErrors } from '../../fields/ips.ts';
import { conforms, each, optionalOneOf, portNumber, portOrName, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { contains, parseRange } from '../../ip/range.ts';
import { validateLabelSelector } from '../../metadata/labels.ts';
import type { NetworkPolicy } from '../../types.ts';

type Spec = Unchecked<NetworkPolicy['spec']>;
type IngressRule = NonNullable<Spec['ingress']>[number];
type Port = NonNullable<IngressRule['ports']>[number];
type Peer = NonNullable<IngressRule['from']>[number];
type IPBlock = NonNullable<Peer['ipBlock']>;

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const TYPES = ['Egress', 'Ingress'];

/** networking validation `ValidateNetworkPolicySpec`. */
export function validateNetworkPolicy({ spec = {} }: { readonly spec?: Spec }): FieldError[] {
  const path = field('spec');
  const errors = [
    ...validateLabelSelector(spec.podSelector, path.child('podSelector')),
    ...each(spec.ingress, path.child('ingress'), ({ ports, from }, at) => [
      ...each(ports, at.child('ports'), validatePort),
      ...each(from, at.child('from'), validatePeer),
    ]),
    ...each(spec.egress, path.child('egress'), ({ ports, to }, at) => [
      ...each(ports, at.child('ports'), validatePort),
      ...each(to, at.child('to'), validatePeer),
    ]),
  ];
  const types = spec.policyTypes ?? [];
  const at = path.child('policyTypes');
  if (types.length > TYPES.length) {
    return [...errors, invalid(at, types, 'may not specify more than two policyTypes')];
  }
  return [
    ...errors,
    ...each(types, at, (type, here) => (TYPES.includes(type) ? [] : [notSupported(here, type, TYPES)])),
  ];
}

function validatePort({ protocol, port, endPort }: Port, at: FieldPath): FieldError[] {
  const errors = optionalOneOf(protocol, PROTOCOLS, at.child('protocol'));
  const end = at.child('endPort');
  const isNumber = typeof port === 'number';
  if (endPort !== undefined && !isNumber) {
    const why = port === undefined ? 'is not specified' : 'is non-numeric';
    errors.push(invalid(end, endPort, `may not be specified when \`port\` ${why}`));
  }
  if (port !== undefined) errors.push(...portOrName(port, at.child('port')));
  if (endPort !== undefined && isNumber) {
    if (endPort < port) errors.push(invalid(end, endPort, 'must be greater than or equal to `port`'));
    errors.push(...portNumber(endPort, end));
  }
  return errors;
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: Peer, at: FieldPath): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, at.child('podSelector')),
    ...validateLabelSelector(namespaceSelector, at.child('namespaceSelector')),
    ...(ipBlock === undefined ? [] : validateBlock(ipBlock, at.child('ipBlock'))),
  ];
  const bySelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (!bySelector && ipBlock === undefined) errors.push(required(at, 'must specify a peer'));
  else if (bySelector && ipBlock !== undefined) {
    errors.push(forbiddenField(at, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateBlock({ cidr, except }: IPBlock, at: FieldPath): FieldError[] {
  const errors = requiredText(cidrErrors, cidr, at.child('cidr'));
  const outer = parseRange(cidr ?? '');
  if (outer === undefined) return errors;
  return [
    ...errors,
    ...each(except, at.child('except'), (text, here) => {
      const inner = parseRange(text);
      const isInside = inner === undefined || (contains(outer, inner) && inner.prefix > outer.prefix);
      return [
        ...conforms(cidrErrors, text, here),
        ...(isInside ? [] : [invalid(here, text, 'must be a strict subset of `cidr`')]),
      ];
    }),
  ];
}

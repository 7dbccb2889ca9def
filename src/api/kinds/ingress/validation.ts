import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { ipErrors } from '../../fields/ips.ts';
import { conforms, each, optionalText, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { familyOf } from '../../ip/address.ts';
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentErrors,
  portNameErrors,
  portNumberErrors,
  wildcardSubdomainErrors,
} from '../../names/names.ts';
import type { Ingress } from '../../types.ts';

type Spec = Unchecked<Ingress['spec']>;
type Rule = NonNullable<Spec['rules']>[number];
type Path = NonNullable<NonNullable<Rule['http']>['paths']>[number];
type Backend = NonNullable<Spec['defaultBackend']>;

/** How the class was named before there was a field for it. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];
const NOT_AN_ADDRESS = 'must be a DNS name, not an IP address';

/** networking validation `ValidateIngressSpec`. */
export function validateIngress({ spec = {} }: { readonly spec?: Spec }): FieldError[] {
  const path = field('spec');
  const errors: FieldError[] = [];
  if ((spec.rules ?? []).length === 0 && spec.defaultBackend === undefined) {
    errors.push(invalid(path, spec.rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.defaultBackend !== undefined) {
    errors.push(...validateBackend(spec.defaultBackend, path.child('defaultBackend')));
  }
  errors.push(
    ...each(spec.rules, path.child('rules'), validateRule),
    ...each(spec.tls, path.child('tls'), ({ hosts, secretName }, at) => [
      ...each(hosts, at.child('hosts'), validateHost),
      ...optionalText(dns1123SubdomainErrors, secretName, at.child('secretName')),
    ]),
  );
  if (spec.ingressClassName !== undefined) {
    errors.push(...conforms(dns1123SubdomainErrors, spec.ingressClassName, path.child('ingressClassName')));
  }
  return errors;
}

/** networking validation `ValidateIngressCreate`: a new object may not name two classes. */
export function validateNewIngress({ metadata, spec }: Ingress): FieldError[] {
  const annotation = metadata.annotations?.[CLASS_ANNOTATION];
  const name = spec.ingressClassName;
  if (annotation === undefined || name === undefined || annotation === name) return [];
  const path = field('annotations').child(CLASS_ANNOTATION);
  return [invalid(path, annotation, 'must match `ingressClassName` when both are specified')];
}

/** networking validation `ValidateIngressLoadBalancerStatus`. */
export function validateIngressStatus({ status }: Ingress): FieldError[] {
  return each(status?.loadBalancer?.ingress, field('status', 'loadBalancer', 'ingress'), (one, at) => {
    const { ip, hostname = '' } = one;
    return [
      ...optionalText(ipErrors, ip, at.child('ip')),
      ...optionalText(dns1123SubdomainErrors, hostname, at.child('hostname')),
      ...(familyOf(hostname) === undefined ? [] : [invalid(at.child('hostname'), hostname, NOT_AN_ADDRESS)]),
    ];
  });
}

const validateHost = (host: string, at: FieldPath): FieldError[] =>
  conforms(host.includes('*') ? wildcardSubdomainErrors : dns1123SubdomainErrors, host, at);

function validateRule({ host = '', http }: Rule, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (familyOf(host) !== undefined) errors.push(invalid(at.child('host'), host, NOT_AN_ADDRESS));
  if (host !== '') errors.push(...validateHost(host, at.child('host')));
  if (http === undefined) return errors;
  const paths = at.child('http', 'paths');
  if ((http.paths ?? []).length === 0) errors.push(required(paths));
  return [...errors, ...each(http.paths, paths, validatePath)];
}

function validatePath({ path = '', pathType, backend = {} }: Path, at: FieldPath): FieldError[] {
  if (pathType === undefined) return [required(at.child('pathType'), 'pathType must be specified')];
  const errors: FieldError[] = [];
  const pathAt = at.child('path');
  if (!PATH_TYPES.includes(pathType)) {
    errors.push(notSupported(at.child('pathType'), pathType, PATH_TYPES));
  } else {
    const isFree = pathType === 'ImplementationSpecific';
    if (!path.startsWith('/') && !(isFree && path === '')) {
      errors.push(invalid(pathAt, path, 'must be an absolute path'));
    }
    if (!isFree) errors.push(...plainPathErrors(path).map((text) => invalid(pathAt, path, text)));
  }
  return [...errors, ...validateBackend(backend, at.child('backend'))];
}

const plainPathErrors = (path: string): string[] => [
  ...FORBIDDEN_PARTS.filter((part) => path.includes(part)).map((part) => `must not contain '${part}'`),
  ...FORBIDDEN_ENDS.filter((end) => path.endsWith(end)).map((end) => `cannot end with '${end}'`),
];

function validateBackend({ resource, service }: Backend, at: FieldPath): FieldError[] {
  if (resource !== undefined && service !== undefined) {
    return [invalid(at, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) {
    const path = at.child('resource');
    return [
      ...(resource.apiGroup === undefined
        ? []
        : conforms(dns1123SubdomainErrors, resource.apiGroup, path.child('apiGroup'))),
      ...requiredText(pathSegmentErrors, resource.kind, path.child('kind')),
      ...requiredText(pathSegmentErrors, resource.name, path.child('name')),
    ];
  }
  if (service === undefined) return [invalid(at, '', 'resource or service backend is required')];
  const errors = requiredText(dns1035LabelErrors, service.name, at.child('service', 'name'));
  const { name = '', number = 0 } = service.port ?? {};
  const port = at.child('service', 'port');
  if (name !== '' && number !== 0) errors.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (name !== '') errors.push(...conforms(portNameErrors, name, port.child('name')));
  else if (number !== 0) {
    errors.push(...portNumberErrors(number).map((text) => invalid(port.child('number'), number, text)));
  } else errors.push(required(at, 'port name or number is required'));
  return errors;
}

import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import { ownProperty } from '../../../base/ownProperty.ts';
import type { Service } from '../../types.ts';
import { cidrErrors, ipErrors, specialIPErrors } from '../../fields/ips.ts';
import { validateLabels } from '../../metadata/labels.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from '../../names/names.ts';
import {
  conforms,
  each,
  oneOf,
  optionalText,
  portNumber,
  portOrName,
  requiredText,
} from '../../fields/rules.ts';
import { isHeadless, type ServiceSpec, validateClusterIPs } from './addresses.ts';
import { validateTraffic } from './traffic.ts';

interface Metadata {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
/** Upstream keeps cloud load balancers away from the kubelet's port. */
const KUBELET_PORT = 10250;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

/** core validation `ValidateService`. */
export function validateService({
  metadata,
  spec = {},
}: {
  readonly metadata?: Metadata;
  readonly spec?: ServiceSpec;
}): FieldError[] {
  const path = field('spec');
  const ports = spec.ports ?? [];
  return [
    ...(ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName'
      ? [required(path.child('ports'))]
      : []),
    ...validateType(spec, path),
    ...validatePorts(ports, path.child('ports')),
    ...validateLabels(spec.selector, path.child('selector')),
    ...validateAffinity(spec, path),
    ...validateClusterIPs(spec, path),
    ...each(spec.externalIPs, path.child('externalIPs'), (ip, at) => {
      const wrong = conforms(ipErrors, ip, at);
      return wrong.length > 0 ? wrong : conforms(specialIPErrors, ip, at);
    }),
    ...oneOf(spec.type, TYPES, path.child('type')),
    ...validateNodePorts(spec, path.child('ports')),
    ...validateLoadBalancer(spec, path),
    ...validateSourceRanges(spec, metadata?.annotations, path),
    ...validateTraffic(spec, path),
  ];
}

function validateType(spec: ServiceSpec, path: FieldPath): FieldError[] {
  const { type } = spec;
  const first = path.child('clusterIPs').index(0);
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    return [invalid(first, 'None', `may not be set to 'None' for ${type} services`)];
  }
  if (type === 'LoadBalancer') {
    const why = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
    return each(spec.ports, path.child('ports'), (port, at) =>
      port.port === KUBELET_PORT ? [invalid(at, port.port, why)] : [],
    );
  }
  if (type !== 'ExternalName') return [];
  const why = 'may not be set for ExternalName services';
  const errors: FieldError[] = [];
  for (const name of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
    const value = spec[name];
    if (value !== undefined && value.length > 0) errors.push(forbiddenField(path.child(name), why));
  }
  const host = (spec.externalName ?? '').replace(/\.$/, '');
  return [...errors, ...requiredText(dns1123SubdomainErrors, host, path.child('externalName'))];
}

function validatePorts(ports: NonNullable<ServiceSpec['ports']>, path: FieldPath): FieldError[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  return each(ports, path, (port, at) => {
    const { name = '', protocol = '' } = port;
    const errors: FieldError[] = [];
    if (name === '') {
      if (ports.length > 1) errors.push(required(at.child('name')));
    } else {
      errors.push(...conforms(dns1123LabelErrors, name, at.child('name')));
      if (names.has(name)) errors.push(duplicate(at.child('name'), name));
      names.add(name);
    }
    errors.push(
      ...portNumber(port.port, at.child('port')),
      ...oneOf(protocol, PROTOCOLS, at.child('protocol')),
      ...portOrName(port.targetPort, at.child('targetPort')),
      ...optionalText(qualifiedNameErrors, port.appProtocol, at.child('appProtocol')),
    );
    const identity = `${protocol}/${port.port ?? 0}`;
    if (seen.has(identity)) errors.push(duplicate(at, { protocol, port: port.port ?? 0 }));
    seen.add(identity);
    return errors;
  });
}

function validateNodePorts(spec: ServiceSpec, path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return each(spec.ports, path, ({ nodePort = 0, protocol = '' }, index) => {
    if (nodePort === 0) return [];
    const at = index.child('nodePort');
    const errors: FieldError[] = [];
    if (spec.type === 'ClusterIP') {
      errors.push(forbiddenField(at, "may not be used when `type` is 'ClusterIP'"));
    }
    const identity = `${protocol}/${nodePort}`;
    if (seen.has(identity)) errors.push(duplicate(at, nodePort));
    seen.add(identity);
    return errors;
  });
}

function validateAffinity(spec: ServiceSpec, path: FieldPath): FieldError[] {
  const affinity = spec.sessionAffinity;
  const errors = oneOf(affinity, ['ClientIP', 'None'], path.child('sessionAffinity'));
  const at = path.child('sessionAffinityConfig');
  if (affinity === 'None' && spec.sessionAffinityConfig !== undefined) {
    errors.push(forbiddenField(at, 'must not be set when session affinity is None'));
  }
  if (affinity !== 'ClientIP') return errors;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const timeoutPath = at.child('clientIP', 'timeoutSeconds');
  if (seconds === undefined) errors.push(required(timeoutPath, 'when session affinity type is ClientIP'));
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    errors.push(
      invalid(timeoutPath, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`),
    );
  }
  return errors;
}

/** A day. */
const MAX_AFFINITY_SECONDS = 86400;

function validateLoadBalancer(spec: ServiceSpec, path: FieldPath): FieldError[] {
  const isLoadBalancer = spec.type === 'LoadBalancer';
  const errors: FieldError[] = [];
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer) {
    errors.push(forbiddenField(path.child('allocateLoadBalancerNodePorts'), ONLY_LOAD_BALANCER));
  }
  const className = spec.loadBalancerClass;
  if (className !== undefined) {
    const at = path.child('loadBalancerClass');
    if (isLoadBalancer) errors.push(...conforms(qualifiedNameErrors, className, at));
    else errors.push(forbiddenField(at, ONLY_LOAD_BALANCER));
  }
  return errors;
}

/** The field, or the annotation that was there before it. Both may have spaces around ranges. */
function validateSourceRanges(
  spec: ServiceSpec,
  annotations: Metadata['annotations'],
  path: FieldPath,
): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const text = ownProperty(annotations, SOURCE_RANGES);
  const at =
    ranges.length > 0
      ? path.child('LoadBalancerSourceRanges')
      : field('metadata', 'annotations').key(SOURCE_RANGES);
  if (ranges.length === 0 && text === undefined) return [];
  return [
    ...(spec.type === 'LoadBalancer' ? [] : [forbiddenField(at, ONLY_LOAD_BALANCER)]),
    ...each(ranges, at, (range, index) => conforms(cidrErrors, range.trim(), index)),
    ...(ranges.length > 0 ? [] : rangesIn(text ?? '')).flatMap((range) => conforms(cidrErrors, range, at)),
  ];
}

function rangesIn(annotation: string): string[] {
  const text = annotation.trim();
  return text === '' ? [] : text.split(',').map((range) => range.trim());
}

/** core validation `ValidateServiceUpdate`. */
export function validateServiceUpdate(object: Service, old: Service): FieldError[] {
  const path = field('spec');
  const errors: FieldError[] = [];
  const { spec } = object;
  const before = old.spec;
  const external = spec.type === 'ExternalName' || before.type === 'ExternalName';
  if (!external && !(isHeadless(spec) && isHeadless(before))) {
    const now = spec.clusterIPs ?? [];
    const first = before.clusterIPs?.[0];
    const at = path.child('clusterIPs').index(0);
    if (first !== undefined && now.length === 0) {
      errors.push(invalid(at, now, 'primary clusterIP can not be unset'));
    } else if (first !== undefined && now[0] !== first)
      errors.push(invalid(at, now, 'may not change once set'));
  }
  if (!external && !isHeadless(spec) && !isHeadless(before)) {
    const first = before.ipFamilies?.[0];
    if (first !== undefined && spec.ipFamilies?.[0] !== first) {
      errors.push(
        invalid(path.child('ipFamilies').index(0), spec.ipFamilies ?? [], 'may not change once set'),
      );
    }
  }
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer') {
    if (spec.loadBalancerClass !== before.loadBalancerClass) {
      const value = spec.loadBalancerClass ?? null;
      errors.push(invalid(path.child('loadBalancerClass'), value, 'may not change once set'));
    }
    const local = spec.externalTrafficPolicy === 'Local' && before.externalTrafficPolicy === 'Local';
    if (local && spec.healthCheckNodePort !== before.healthCheckNodePort) {
      errors.push(forbiddenField(path.child('healthCheckNodePort'), 'field is immutable'));
    }
  }
  return errors;
}

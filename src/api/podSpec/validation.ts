import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../fields/fieldErrors.ts';
import type { PodSpec } from '../types.ts';
import { validateAffinity } from './affinity.ts';
import { type PodSpecContext, validateContainers } from './containers.ts';
import { validateLabels } from '../metadata/labels.ts';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../names/names.ts';
import { validateDNSConfig, validateHostAliases } from './podDns.ts';
import { validateHostname } from './hostname.ts';
import { validatePodResources } from './podResources.ts';
import { validatePodClaims } from './resourceClaims.ts';
import { validateResources } from './resources.ts';
import { all, conforms, each, inRange, oneOf, optionalText } from '../fields/rules.ts';
import { validatePodSecurityContext } from './securityContext.ts';
import { validateTolerations } from './tolerations.ts';
import { validateTopologySpread } from './topologySpread.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { validateVolumes } from './volumes.ts';

const MAX_INT32 = 2147483647;

/** core validation `ValidatePodSpec`; each subject has its file. */
export function validatePodSpec(
  spec: Unchecked<PodSpec>,
  path: FieldPath,
  context: PodSpecContext,
): FieldError[] {
  const name = (key: keyof PodSpec): FieldPath => path.child(key);
  return all(
    spec.terminationGracePeriodSeconds === undefined ? [required(name('terminationGracePeriodSeconds'))] : [],
    validateVolumes(spec.volumes, name('volumes')),
    validatePodClaims(spec.resourceClaims, name('resourceClaims')),
    validatePodResources(spec, path),
    spec.overhead === undefined ? [] : validateResources({ limits: spec.overhead }, name('overhead')),
    validateContainers(spec, path, context),
    validateHostPorts(spec, path, context),
    oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], name('restartPolicy')),
    oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], name('dnsPolicy')),
    validateLabels(spec.nodeSelector, name('nodeSelector')),
    validatePodSecurityContext(spec, path),
    validateAffinity(spec.affinity, name('affinity')),
    validateDNSConfig(spec, name('dnsConfig')),
    each(spec.readinessGates, name('readinessGates'), (gate, at) =>
      conforms(qualifiedNameErrors, gate.conditionType ?? '', at.child('conditionType')),
    ),
    validateSchedulingGates(spec, name('schedulingGates')),
    validateTopologySpread(spec.topologySpreadConstraints, name('topologySpreadConstraints')),
    optionalText(dns1123SubdomainErrors, spec.serviceAccountName, name('serviceAccountName')),
    optionalText(dns1123SubdomainErrors, spec.nodeName, name('nodeName')),
    spec.activeDeadlineSeconds === undefined
      ? []
      : inRange(spec.activeDeadlineSeconds, 1, MAX_INT32, name('activeDeadlineSeconds')),
    validateHostname(spec, path),
    validateTolerations(spec.tolerations, name('tolerations')),
    validateHostAliases(spec.hostAliases, name('hostAliases')),
    optionalText(dns1123SubdomainErrors, spec.priorityClassName, name('priorityClassName')),
    optionalText(dns1123SubdomainErrors, spec.runtimeClassName, name('runtimeClassName')),
    spec.preemptionPolicy === undefined
      ? []
      : oneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], name('preemptionPolicy')),
    spec.os === undefined ? [] : oneOf(spec.os.name, ['linux', 'windows'], name('os')),
    validateHostUsers(spec, path),
  );
}

/** In the host's network a container's port is the host's; in a template it may still be left out. */
function validateHostPorts(
  spec: Unchecked<PodSpec>,
  path: FieldPath,
  { isPod }: PodSpecContext,
): FieldError[] {
  if (spec.hostNetwork !== true) return [];
  return each(spec.containers, path.child('containers'), (container, at) =>
    each(container.ports, at.child('ports'), ({ hostPort = 0, containerPort = 0 }, portPath) =>
      (isPod || hostPort !== 0) && hostPort !== containerPort
        ? [
            invalid(
              portPath.child('hostPort'),
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ]
        : [],
    ),
  );
}

function validateSchedulingGates(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return each(spec.schedulingGates, path, ({ name = '' }, at) => {
    const errors = conforms(qualifiedNameErrors, name, at);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    return errors;
  });
}

/** A pod in a user namespace of its own shares no other namespace with the host. */
function validateHostUsers(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const shared = (
    [
      ['hostNetwork', 'hostNetwork'],
      ['hostPID', 'HostPID'],
      ['hostIPC', 'HostIPC'],
    ] as const
  ).filter(([key]) => spec[key] === true);
  return shared.map(([, shown]) => forbiddenField(path.child(shown), 'when `pod.Spec.HostUsers` is false'));
}

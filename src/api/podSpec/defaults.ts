import type { Container, PodSpec, PodTemplateSpec } from '../types.ts';
import type { Incomplete } from '../fields/unchecked.ts';
import { formatQuantity } from '../quantity.ts';
import { containerRequests } from './containerRequests.ts';
import { isPodResource } from './podResources.ts';
import { setContainerDefaults } from './containerDefaults.ts';
import { setVolumeDefaults } from './volumeDefaults.ts';
import { dropZeros } from '../fields/zeros.ts';

export type IncompletePodSpec = Incomplete<PodSpec>;

/** Defaults that pods and pod templates share (core/v1 `SetDefaults_PodSpec` and what hangs below it). */
export function setPodSpecDefaults(spec: IncompletePodSpec): void {
  // Upstream has it behind a gate that is closed in 1.36 (GenericWorkload), and drops it.
  delete spec.schedulingGroup;
  if (!spec.dnsPolicy) spec.dnsPolicy = 'ClusterFirst';
  if (!spec.restartPolicy) spec.restartPolicy = 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  if (!spec.schedulerName) spec.schedulerName = 'default-scheduler';
  if (spec.serviceAccountName === undefined && spec.serviceAccount)
    spec.serviceAccountName = spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  dropZeros(spec, [
    'hostNetwork',
    'hostPID',
    'hostIPC',
    'hostname',
    'nodeName',
    'priorityClassName',
    'serviceAccount',
    'serviceAccountName',
    'subdomain',
  ]);
  for (const toleration of spec.tolerations ?? [])
    dropZeros(toleration, ['key', 'operator', 'value', 'effect']);
  for (const container of containersOf(spec)) setContainerDefaults(container);
  for (const volume of spec.volumes ?? []) setVolumeDefaults(volume);
}

export function setPodTemplateDefaults(template: Incomplete<PodTemplateSpec>): void {
  setPodSpecDefaults((template.spec ??= {}));
}

/** Defaults that only pods have, templates keep open (core/v1 `SetDefaults_Pod`). */
export function setPodDefaults(spec: IncompletePodSpec): void {
  const own = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const { resources } of own) {
    if (resources?.limits !== undefined) resources.requests = { ...resources.limits, ...resources.requests };
  }
  setPodResourceDefaults(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork !== true) return;
  for (const port of own.flatMap((container) => container.ports ?? [])) {
    if (!port.hostPort && port.containerPort !== undefined) port.hostPort = port.containerPort;
  }
}

/** The requests of a whole pod that does not set them: those of its containers, else its limits. */
function setPodResourceDefaults(spec: IncompletePodSpec): void {
  const { resources } = spec;
  if (resources === undefined) return;
  const requests: Record<string, string> = {};
  for (const [name, text] of Object.entries(resources.limits ?? {})) {
    if (isPodResource(name) && text !== undefined) requests[name] = text;
  }
  for (const [name, quantity] of containerRequests(spec)) {
    // Huge pages cannot be promised twice: their request is their limit.
    if (isPodResource(name) && !name.startsWith('hugepages-')) requests[name] = formatQuantity(quantity);
  }
  Object.assign(requests, resources.requests);
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/** Regular, init and ephemeral containers: what they have in common. */
function containersOf(spec: IncompletePodSpec): Incomplete<Container>[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...((spec.ephemeralContainers ?? []) as Incomplete<Container>[]),
  ];
}

import { msOf, timeOf } from '../../api/time.ts';
import type { Pod, Service, ServicePort } from '../../api/types.ts';
import { podCondition } from '../pods.ts';

export const HEADLESS_LABEL = 'service.kubernetes.io/headless';
export const LAST_CHANGE_TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** One way to reach a pod. */
export interface PodPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

export function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === 'None';
}

/** Pods that have an address and have not ended; those on their way out only where the caller shows them. */
export function hasEndpoint(pod: Pod, withTerminating: boolean): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed' || (pod.status?.podIP ?? '') === '') return false;
  return withTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The pod's name in DNS below a headless Service. */
export function hostnameFor(pod: Pod, service: Service): string | undefined {
  const { hostname = '', subdomain = '' } = pod.spec;
  return hostname !== '' && subdomain === service.metadata.name ? hostname : undefined;
}

/** The Service's ports on this pod; a named port that the pod does not have is left out. */
export function portsOf(service: Service, pod: Pod): readonly PodPort[] {
  const ports: PodPort[] = [];
  for (const servicePort of service.spec.ports ?? []) {
    const port = targetPort(servicePort, pod);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    ports.push({
      ...(name === '' ? {} : { name }),
      port,
      protocol,
      ...(appProtocol === undefined ? {} : { appProtocol }),
    });
  }
  return ports;
}

/** When what the endpoints show came about: the last change of readiness, or the Service's own creation. */
export function triggerTimeOf(service: Service, pods: readonly Pod[]): string {
  const times = pods.map((pod) => msOf(podCondition(pod, 'Ready')?.lastTransitionTime) ?? 0);
  return timeOf(Math.max(msOf(service.metadata.creationTimestamp) ?? 0, ...times));
}

/** Ports of containers by name (`pkg/api/v1/pod` FindPort); sidecars, which are init containers, count. */
function targetPort(
  { targetPort: target, port, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (target === undefined || target === 0 || target === '') return port;
  if (typeof target === 'number') return target;
  const sidecars = (pod.spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const each of container.ports ?? []) {
      if (each.name === target && (each.protocol ?? 'TCP') === protocol) return each.containerPort;
    }
  }
  return undefined;
}

import type { Container } from '../../../../api/types.ts';
import { type Check, type CheckPod, containersOf, named, sorted } from '../check.ts';

/** The hosts that the node contacts for the container's probes and lifecycle hooks. */
function hostsOf(container: Container): readonly string[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers
    .flatMap((handler) => [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? ''])
    .filter((host) => host !== '');
}

const check: CheckPod = (pod) => {
  const bad = containersOf(pod).filter((container) => hostsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = sorted(bad.map(({ name }) => name));
  const use = names.length === 1 ? 'uses' : 'use';
  const hosts = named('probe or lifecycle host', sorted(bad.flatMap(hostsOf)));
  return { reason: 'probe or lifecycle host', detail: `${named('container', names)} ${use} ${hosts}` };
};

export const hostProbesAndHostLifecycle: Check = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  versions: [{ since: 34, check }],
};

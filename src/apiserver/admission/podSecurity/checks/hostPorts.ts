import type { Container } from '../../../../api/types.ts';
import { badContainers, type Check, type CheckPod, containersOf, counted, named, sorted } from '../check.ts';

const hostPortsOf = ({ ports = [] }: Container): readonly string[] =>
  ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]));

const check: CheckPod = (pod) => {
  const ports = sorted(containersOf(pod).flatMap(hostPortsOf));
  if (ports.length === 0) return undefined;
  const names = badContainers(pod, (container) => hostPortsOf(container).length > 0);
  const use = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${named('container', names)} ${use} ${counted('hostPort', ports.length)} ${ports.join(', ')}`,
  };
};

export const hostPorts: Check = {
  id: 'hostPorts',
  level: 'baseline',
  versions: [{ since: 0, check }],
};

import { namespaces, priorityClasses } from '../../api/resources.ts';
import type { Resource } from '../../api/resource.ts';
import { SYSTEM_PRIORITIES } from '../../api/priority.ts';

/** An object that the API server makes at start where it is missing. */
export interface BootstrapObject {
  readonly resource: Resource;
  /** True where it is written over what is there; otherwise that stays as it is. */
  readonly authoritative?: boolean;
  readonly object: Readonly<Record<string, unknown>> & {
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string;
      readonly labels?: object;
      readonly annotations?: object;
    };
  };
}

const NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

/** The namespaces (controlplane `systemnamespaces`) and priority classes (scheduling `storage_scheduling.go`) of every cluster. */
export function systemObjects(): readonly BootstrapObject[] {
  return [
    ...NAMESPACES.map((name) => ({
      resource: namespaces,
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    })),
    ...SYSTEM_PRIORITIES.map(({ name, value, description }) => ({
      resource: priorityClasses,
      object: {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
        description,
        globalDefault: false,
        preemptionPolicy: 'PreemptLowerPriority',
      },
    })),
  ];
}

import type { CreateOptions } from '../../cluster/clusters.ts';
import type { MachinePlan, MachineSettings } from '../../cluster/machines/contract.ts';
import { checkClusterName, newNodeNames, type MachinesKind } from '../../cluster/profile.ts';

/** A cluster to be, as far as it has been answered. */
export interface Draft {
  readonly machines?: MachinesKind;
  readonly name?: string;
  readonly count?: number;
  /** Of virtual machines: what Vagrant makes them with; its default, where it is missing. */
  readonly provider?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  /** The size is typed, not one of the list. */
  readonly custom?: boolean;
}

/** What creates the cluster. Only virtual machines have a size and settings of their own. */
export function createOptions(
  { machines = 'simulated', name = '', count = 1, provider, cpus, memoryBytes }: Draft,
  settings: MachineSettings,
): CreateOptions {
  if (machines !== 'vagrant') return { name, machines, nodes: count };
  return {
    name,
    machines,
    nodes: count,
    size: {
      ...(cpus === undefined ? {} : { cpus }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    },
    settings: { ...settings, ...(provider === undefined ? {} : { provider }) },
  };
}

/** The same cluster with containers as its nodes. */
export function withContainers({ name, nodes }: CreateOptions): CreateOptions {
  return { name, machines: 'docker', nodes: typeof nodes === 'number' ? nodes : nodes.length };
}

/** The checks before anything is created. */
export function planOf({ name, nodes, size = {}, settings }: CreateOptions): MachinePlan {
  const named =
    typeof nodes === 'number' ? newNodeNames(name, nodes, []).map((node) => ({ name: node })) : nodes;
  return {
    cluster: name,
    machines: named.map((node) => ({ ...size, ...node })),
    ...(settings === undefined ? {} : { settings }),
  };
}

/** What is wrong with a name for a new cluster; undefined where it is fine. */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (taken.has(name)) return `There is a cluster "${name}" already.`;
  try {
    checkClusterName(name);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `dev`, and where that is taken `dev-2`, `dev-3`, … */
export function freeName(taken: ReadonlySet<string>): string {
  if (!taken.has('dev')) return 'dev';
  for (let number = 2; ; number++) if (!taken.has(`dev-${number}`)) return `dev-${number}`;
}

export function countProblem(text: string): string | undefined {
  return /^[1-9]\d?$/.test(text.trim()) ? undefined : 'A whole number from 1 to 99.';
}

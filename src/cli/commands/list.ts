import { overallState, type OverallState } from '../../cluster/clusterState.ts';
import type { ClusterSummary } from '../../cluster/clusters.ts';
import type { CliCommand } from '../command.ts';
import { jsonOption, printJson, type JsonOptions } from '../json.ts';
import { table } from '../table.ts';

export const list: CliCommand = (program, { clusters, print }) => {
  program
    .command('list')
    .description('list clusters')
    .addOption(jsonOption())
    .action(async ({ json }: JsonOptions) => {
      const names = await clusters.names();
      const all = await Promise.all(names.map((name) => clusters.get(name)));
      if (json) {
        printJson(print, all.map(clusterJson));
        return;
      }
      if (all.length === 0) {
        print('No clusters. Create one: wheelhouse create NAME');
        return;
      }
      const rows = all.map((cluster) => {
        const { name, machines, server, nodes } = clusterJson(cluster);
        const running = nodes.filter(({ state }) => state === 'running').length;
        return [name, machines, overallState(cluster), `${running}/${nodes.length}`, server];
      });
      table([['NAME', 'MACHINES', 'STATE', 'RUNNING', 'SERVER'], ...rows]).forEach(print);
      for (const cluster of all) {
        if (overallState(cluster) !== 'control plane down') continue;
        const { name } = cluster.profile;
        print(
          `Nobody runs the control plane of ${name}; its pods go on. To bring it back: wheelhouse start ${name}`,
        );
      }
    });
};

/** What `--json` says of a cluster: fields are added, never renamed. */
export interface ClusterJson {
  readonly name: string;
  /** docker, vagrant, simulated */
  readonly machines: string;
  readonly state: OverallState;
  readonly server: string;
  readonly kubeconfig: string;
  /** The process of its control plane, where one runs. */
  readonly controlPlane?: { readonly pid: number; readonly kind: string; readonly since: string };
  readonly nodes: readonly NodeJson[];
}

interface NodeJson {
  readonly name: string;
  /** The state of its machine: running, stopped, paused, creating, failed, missing */
  readonly state: string;
  readonly address?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
}

export function clusterJson(cluster: ClusterSummary): ClusterJson {
  const { profile, paths, machines, owner } = cluster;
  return {
    name: profile.name,
    machines: profile.machines,
    state: overallState(cluster),
    server: `https://127.0.0.1:${profile.port}`,
    kubeconfig: paths.kubeconfig,
    ...(owner === undefined
      ? {}
      : { controlPlane: { pid: owner.pid, kind: owner.kind, since: owner.since } }),
    nodes: profile.nodes.map(({ name, cpus, memoryBytes, diskBytes }) => {
      const machine = machines.find((candidate) => candidate.name === name);
      return {
        name,
        state: machine?.state ?? 'missing',
        ...(machine?.address === undefined ? {} : { address: machine.address }),
        ...(cpus === undefined ? {} : { cpus }),
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
        ...(diskBytes === undefined ? {} : { diskBytes }),
      };
    }),
  };
}

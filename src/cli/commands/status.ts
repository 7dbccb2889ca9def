import { overallState, type OverallState } from '../../cluster/clusterState.ts';
import type { Owner } from '../../cluster/owner.ts';
import { sizeText } from '../../cluster/nodeSize.ts';
import type { CliCommand } from '../command.ts';
import { jsonOption, printJson, type JsonOptions } from '../json.ts';
import { table } from '../table.ts';
import { clusterJson } from './list.ts';
import { snapshotJson } from './snapshot.ts';

export const status: CliCommand = (program, { clusters, print }) => {
  program
    .command('status')
    .description('show a cluster: its API, its nodes with their machines, its snapshots')
    .argument('<cluster>')
    .addOption(jsonOption())
    .action(async (name: string, { json }: JsonOptions) => {
      const cluster = await clusters.get(name);
      const { profile, paths, machines, owner } = cluster;
      const snapshots = await clusters.snapshots(name);
      if (json) {
        printJson(print, { ...clusterJson(cluster), snapshots: snapshots.map(snapshotJson) });
        return;
      }
      print(`Cluster ${name} of ${profile.machines} machines`);
      table([
        ['API', `https://127.0.0.1:${profile.port}`],
        ['Kubeconfig', paths.kubeconfig],
        ['Control plane', ownerText(owner, overallState(cluster), name)],
        [
          'Snapshots',
          snapshots.length === 0 ? 'none' : snapshots.map((snapshot) => snapshot.name).join(', '),
        ],
      ]).forEach(print);
      print('');
      const rows = profile.nodes.map((node) => {
        const machine = machines.find((candidate) => candidate.name === node.name);
        const size = sizeText(node);
        return [node.name, machine?.state ?? 'missing', machine?.address ?? '-', size === '' ? '-' : size];
      });
      table([['NODE', 'MACHINE', 'ADDRESS', 'SIZE'], ...rows]).forEach(print);
      if (rows.some(([, state]) => state === 'missing')) {
        print('');
        print(`Machines that are missing are made again by: wheelhouse start ${name}`);
      }
    });
};

function ownerText(owner: Owner | undefined, state: OverallState, name: string): string {
  if (state === 'control plane down') return `down; to bring it back: wheelhouse start ${name}`;
  if (owner === undefined) return 'does not run';
  const where = owner.kind === 'editor' ? 'in the editor, process' : 'in process';
  return `runs ${where} ${owner.pid} since ${owner.since}`;
}

import type { ClusterSnapshot } from '../../cluster/snapshots/snapshot.ts';
import type { CliCommand } from '../command.ts';
import { durationText } from '../duration.ts';
import { jsonOption, printJson, type JsonOptions } from '../json.ts';
import { table } from '../table.ts';

export const snapshot: CliCommand = (program, { clusters, progress, signal, print, now }) => {
  const group = program
    .command('snapshot')
    .description('keep a whole cluster as it is, its machines and its objects, and go back to it');
  group
    .command('save')
    .description('keep a running cluster as it is now; its API is away meanwhile')
    .argument('<cluster>')
    .argument('<name>', 'a name for it: lower-case letters, digits, dashes and dots')
    .action(async (cluster: string, name: string) => {
      const started = now();
      await clusters.saveSnapshot(cluster, name, progress, signal);
      print(`Snapshot ${name} of ${cluster} is saved after ${durationText(now() - started)}.`);
    });
  group
    .command('list')
    .description('list the snapshots of a cluster, oldest first')
    .argument('<cluster>')
    .addOption(jsonOption())
    .action(async (cluster: string, { json }: JsonOptions) => {
      const snapshots = await clusters.snapshots(cluster);
      if (json) {
        printJson(print, snapshots.map(snapshotJson));
        return;
      }
      if (snapshots.length === 0) {
        print(`${cluster} has no snapshots. Save one: wheelhouse snapshot save ${cluster} NAME`);
        return;
      }
      const rows = snapshots.map(({ name, time, nodes }) => [
        name,
        time,
        nodes.map((node) => node.name).join(', '),
      ]);
      table([['NAME', 'SAVED', 'NODES'], ...rows]).forEach(print);
    });
  group
    .command('restore')
    .description('put a cluster back to a snapshot; all that came later in it is lost')
    .argument('<cluster>')
    .argument('<snapshot>')
    .action(async (cluster: string, name: string) => {
      const started = now();
      await clusters.restoreSnapshot(cluster, name, progress, signal);
      print(`Cluster ${cluster} is as it was in ${name}, after ${durationText(now() - started)}.`);
    });
  group
    .command('delete')
    .description('delete a snapshot; the cluster stays as it is')
    .argument('<cluster>')
    .argument('<snapshot>')
    .action(async (cluster: string, name: string) => {
      await clusters.deleteSnapshot(cluster, name, signal);
      print(`Snapshot ${name} of ${cluster} is deleted.`);
    });
};

/** What `--json` says of a snapshot: fields are added, never renamed. */
export function snapshotJson({ name, time, nodes }: ClusterSnapshot): {
  readonly name: string;
  readonly time: string;
  readonly nodes: readonly string[];
} {
  return { name, time, nodes: nodes.map((node) => node.name) };
}

import type { CliCommand } from '../command.ts';

export const deleteCluster: CliCommand = (program, { clusters, signal, print }) => {
  program
    .command('delete')
    .description('delete a cluster with its machines and all its data')
    .argument('<cluster>')
    .action(async (name: string) => {
      await clusters.delete(name, signal);
      print(`Cluster ${name} is deleted.`);
    });
};

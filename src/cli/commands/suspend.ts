import type { CliCommand } from '../command.ts';

export const suspend: CliCommand = (program, { clusters, progress, signal, print }) => {
  program
    .command('suspend')
    .description('freeze the machines of a cluster with all that runs on them; start wakes them')
    .argument('<cluster>')
    .action(async (name: string) => {
      await clusters.suspend(name, progress, signal);
      print(`Cluster ${name} is suspended. To go on: wheelhouse start ${name}`);
    });
};

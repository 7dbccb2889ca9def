import type { CliCommand } from '../command.ts';

export const stop: CliCommand = (program, { clusters, signal, print }) => {
  program
    .command('stop')
    .description('stop a cluster; everything in it is kept')
    .argument('<cluster>')
    .action(async (name: string) => {
      await clusters.stop(name, signal);
      print(`Cluster ${name} is stopped.`);
    });
};

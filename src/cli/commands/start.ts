import type { CliCommand } from '../command.ts';

export const start: CliCommand = (program, { clusters, progress, signal, print }) => {
  program
    .command('start')
    .description('start a stopped cluster')
    .argument('<name>')
    .action(async (name: string) => {
      await clusters.start(name, progress, signal);
      print(`Cluster ${name} is ready.`);
    });
};

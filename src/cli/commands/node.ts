import type { CliCommand } from '../command.ts';

export const node: CliCommand = (program, { clusters, progress, signal, print }) => {
  const group = program.command('node').description('add and remove nodes of a running cluster');
  group
    .command('add')
    .description('add a node')
    .argument('<cluster>')
    .action(async (cluster: string) => {
      const added = await clusters.addNode(cluster, progress, signal);
      print(`Node ${added} is ready.`);
    });
  group
    .command('remove')
    .description('drain a node, then remove it with its machine')
    .argument('<cluster>')
    .argument('<node>')
    .action(async (cluster: string, name: string) => {
      await clusters.removeNode(cluster, name, progress, signal);
      print(`Node ${name} is removed.`);
    });
};

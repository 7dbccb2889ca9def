import { sizeOf, withSize, type SizeOptions } from '../amounts.ts';
import type { CliCommand } from '../command.ts';
import { connectShell, sizeOfTerminal } from '../terminal.ts';

export const node: CliCommand = (program, { clusters, progress, signal, print, terminal, exitWith }) => {
  const group = program
    .command('node')
    .description('add and remove nodes of a running cluster, log in to one');
  const add = group.command('add').description('add a node').argument('<cluster>');
  withSize(add).action(async (cluster: string, options: SizeOptions) => {
    const added = await clusters.addNode(cluster, progress, signal, sizeOf(options));
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
  group
    .command('shell')
    .description('open a shell on the machine of a node')
    .argument('<cluster>')
    .argument('<node>')
    .action(async (cluster: string, name: string) => {
      const shell = await clusters.shell(cluster, name, sizeOfTerminal(terminal));
      exitWith(await connectShell(shell, terminal));
    });
};

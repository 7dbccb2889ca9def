import type { CliCommand } from '../command.ts';

export const console: CliCommand = (program, { clusters, signal, terminal }) => {
  program
    .command('console')
    .description('show what the machine of a node says on its console, until Ctrl-C')
    .argument('<cluster>')
    .argument('<node>')
    .action(async (cluster: string, node: string) => {
      for await (const text of await clusters.console(cluster, node, signal)) terminal.output.write(text);
    });
};

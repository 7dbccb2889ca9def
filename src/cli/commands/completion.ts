import { Argument } from 'commander';
import type { CliCommand } from '../command.ts';
import { complete } from '../completion/complete.ts';
import { FILES, scripts, SHELLS, type Shell } from '../completion/scripts.ts';

export const completion: CliCommand = (program, { clusters, print }) => {
  program
    .command('completion')
    .description('print what makes a shell complete commands, clusters and nodes')
    .addArgument(new Argument('<shell>').choices([...SHELLS]))
    .action((shell: Shell) => print(scripts[shell]));
  // For completion scripts, not for people.
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      // PowerShell passes an empty word as two quotes.
      const typed = words.map((word) => (word === '""' ? '' : word));
      const { words: found, files } = await complete(program, typed, {
        clusters: () => clusters.names(),
        nodes: async (name) => (await clusters.profile(name)).nodes.map((node) => node.name),
        snapshots: async (name) => (await clusters.snapshots(name)).map((snapshot) => snapshot.name),
      }).catch(() => ({ words: [], files: false }));
      if (files) print(FILES);
      else found.forEach(print);
    });
};

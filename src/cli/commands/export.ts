import path from 'node:path';
import type { CliCommand } from '../command.ts';

export const exportObjects: CliCommand = (program, { clusters, print }) => {
  program
    .command('export')
    .description(
      'write the objects of a cluster that does not run to a file; of a damaged store those that are whole',
    )
    .argument('<name>')
    .argument('<file>', 'a new file: a List in JSON, with all Secrets (only you can read it)')
    .action(async (name: string, file: string) => {
      const { objects, damaged } = await clusters.export(name, path.resolve(file));
      print(`${objects} objects of ${name} are in ${file}.`);
      if (damaged.length === 0) return;
      print('These are damaged. They are in it as they were before, or not at all:');
      for (const key of damaged) print(`  ${key}`);
    });
};

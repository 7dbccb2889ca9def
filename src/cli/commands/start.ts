import type { CliCommand } from '../command.ts';
import { durationText } from '../duration.ts';

export const start: CliCommand = (program, { clusters, progress, signal, print, now }) => {
  program
    .command('start')
    .description(
      'start a cluster that is stopped or suspended; nodes whose machines are missing are made again',
    )
    .argument('<cluster>')
    .option('--recover', 'where its store is damaged, go on with what is whole; the damaged one is kept')
    .action(async (name: string, options: { readonly recover?: boolean }) => {
      const started = now();
      if (options.recover === true) await clusters.recover(name, progress, signal);
      else await clusters.start(name, progress, signal);
      print(`Cluster ${name} is ready after ${durationText(now() - started)}.`);
    });
};

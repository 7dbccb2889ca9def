import type { CliCommand } from '../command.ts';
import { durationText } from '../duration.ts';

export const start: CliCommand = (program, { clusters, progress, signal, print, now }) => {
  program
    .command('start')
    .description(
      'start a cluster that is stopped or suspended; nodes whose machines are missing are made again',
    )
    .argument('<name>')
    .action(async (name: string) => {
      const started = now();
      await clusters.start(name, progress, signal);
      print(`Cluster ${name} is ready after ${durationText(now() - started)}.`);
    });
};

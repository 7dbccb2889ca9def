import { sizeOf, withNewSize, type SizeOptions } from '../amounts.ts';
import type { CliCommand } from '../command.ts';

export const resize: CliCommand = (program, { clusters, progress, signal, print }) => {
  const command = program
    .command('resize')
    .description('give the machine of a node another size: its pods move away while it starts again')
    .argument('<cluster>')
    .argument('<node>');
  withNewSize(command).action(async (cluster: string, node: string, options: SizeOptions) => {
    await clusters.resizeNode(cluster, node, sizeOf(options), progress, signal);
    print(`Node ${node} has its new size.`);
  });
};

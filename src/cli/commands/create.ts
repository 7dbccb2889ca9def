import { Option } from 'commander';
import type { MachinesKind } from '../../cluster/profile.ts';
import type { CliCommand } from '../command.ts';
import { wholeNumber } from '../numbers.ts';

interface Options {
  readonly nodes: number;
  readonly machines: MachinesKind;
  readonly port: number;
  readonly retain?: boolean;
}

export const create: CliCommand = (program, { clusters, progress, signal, print }) => {
  program
    .command('create')
    .description('create a cluster and start it')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .option('--nodes <n>', 'how many nodes', wholeNumber(1, 100), 3)
    .addOption(
      new Option('--machines <kind>', 'what nodes are').choices(['docker', 'simulated']).default('docker'),
    )
    .option('--port <port>', 'of the API server on this desktop (0: any free one)', wholeNumber(0, 65535), 0)
    .option('--retain', 'keep what is there when the creation fails, to look at it')
    .action(async (name: string, options: Options) => {
      await clusters.create({ name, ...options, retain: options.retain ?? false }, progress, signal);
      const { kubeconfig } = clusters.paths(name);
      print(`Cluster ${name} is ready. Use it with:`);
      print(`  export KUBECONFIG=${kubeconfig}`);
      print('  kubectl get nodes');
    });
};

import { Option } from 'commander';
import { ClusterError, IncompleteClusterError } from '../../cluster/errors.ts';
import type { MachineSettings } from '../../cluster/machines/contract.ts';
import type { MachinesKind, PodNetworkKind } from '../../cluster/profile.ts';
import { sizeOf, withSize, type SizeOptions } from '../amounts.ts';
import type { CliCommand } from '../command.ts';
import { durationText } from '../duration.ts';
import { wholeNumber } from '../numbers.ts';
import { machinesOption, providerOption } from '../options.ts';

interface Options extends SizeOptions, MachineSettings {
  readonly nodes: number;
  readonly machines: MachinesKind;
  readonly podNetwork?: PodNetworkKind;
  readonly port: number;
  readonly retain?: boolean;
}

export const create: CliCommand = (program, { clusters, progress, signal, print, now }) => {
  const command = program
    .command('create')
    .description('create a cluster and start it')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .option('--nodes <n>', 'how many nodes', wholeNumber(1, 100), 3)
    .addOption(machinesOption());
  withSize(command)
    .addOption(providerOption())
    .option('--box <name>', 'with vagrant: the box that nodes are made of, one that you have or can download')
    .option('--network <cidr>', 'with vagrant: the range of the network that nodes share')
    .addOption(
      new Option(
        '--pod-network <kind>',
        'how pods reach those of other nodes: vxlan where the machines’ network drops addresses it does not know',
      ).choices(['routes', 'vxlan']),
    )
    .option('--port <port>', 'of the API server on this desktop (0: any free one)', wholeNumber(0, 65535), 0)
    .option('--retain', 'keep what is there when the creation fails, to look at it')
    .action(async (name: string, options: Options) => {
      const started = now();
      const { nodes, machines, port, podNetwork, retain = false } = options;
      const settings = settingsOf(options);
      const usage = (): void => {
        print(`  export KUBECONFIG=${clusters.paths(name).kubeconfig}`);
        print('  kubectl get nodes');
      };
      try {
        await clusters.create(
          {
            name,
            nodes,
            machines,
            port,
            retain,
            size: sizeOf(options),
            ...(settings === undefined ? {} : { settings }),
            ...(podNetwork === undefined ? {} : { podNetwork }),
          },
          progress,
          signal,
        );
      } catch (error) {
        if (error instanceof IncompleteClusterError) {
          print(`Cluster ${name} runs, but not with all of its nodes. Use it with:`);
          usage();
        }
        throw error;
      }
      print(`Cluster ${name} is ready after ${durationText(now() - started)}. Use it with:`);
      usage();
    });
};

/** Undefined where nothing is chosen. Throws a ClusterError where the machines have no such settings. */
function settingsOf({ machines, provider, box, network }: Options): MachineSettings | undefined {
  const settings: MachineSettings = {
    ...(provider === undefined ? {} : { provider }),
    ...(box === undefined ? {} : { box }),
    ...(network === undefined ? {} : { network }),
  };
  const [first] = Object.keys(settings);
  if (first === undefined) return undefined;
  if (machines === 'vagrant') return settings;
  throw new ClusterError(
    `--${first} says nothing to ${machines} machines`,
    'Add --machines vagrant, or leave it out.',
  );
}

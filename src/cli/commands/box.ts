import { InvalidArgumentError } from 'commander';
import type { BoxArchitecture, BoxProvider } from '../../cluster/box/contract.ts';
import type { CliCommand } from '../command.ts';

const PROVIDERS: readonly BoxProvider[] = ['virtualbox', 'libvirt'];
const ARCHITECTURES: readonly BoxArchitecture[] = ['amd64', 'arm64'];

interface BuildOptions {
  readonly provider: readonly BoxProvider[];
  readonly arch?: BoxArchitecture;
  readonly output?: string;
  readonly add: boolean;
  readonly again: boolean;
  readonly stock: boolean;
}

export const box: CliCommand = (program, { boxes, progress, signal, print }) => {
  const group = program.command('box').description('the Vagrant boxes that nodes as VMs are made of');
  group
    .command('build')
    .description('build a prepared box from Debian’s packages (on Debian or Ubuntu)')
    .option('--provider <name>', 'virtualbox, libvirt or all', providersOf, PROVIDERS)
    .option('--arch <name>', 'amd64 or arm64 (default: this computer’s)', architectureOf)
    .option('--output <folder>', 'where to put it (default: boxes in Wheelhouse’s home)')
    .option('--add', 'make it known to Vagrant', false)
    .option('--again', 'also where the same box is there already: for newer packages', false)
    .option('--stock', 'a bare Debian, to be made a node by provisioning', false)
    .action(async ({ provider, arch, output, add, again, stock }: BuildOptions) => {
      const request = {
        providers: provider,
        again,
        stock,
        ...(arch === undefined ? {} : { architecture: arch }),
        ...(output === undefined ? {} : { output }),
      };
      for (const built of await boxes.build(request, progress, signal)) {
        print(`${built.name} ${built.version} for ${built.provider}: ${built.path}`);
        if (add) await boxes.add(built, progress, signal);
      }
    });
  group
    .command('add')
    .description('take over a box that was built on another computer, for new clusters here')
    .argument('<file>', 'as “box build” has named it: wheelhouse-node-VERSION-PROVIDER-ARCHITECTURE.box')
    .action(async (file: string) => {
      const taken = await boxes.take(file);
      await boxes.add(taken, progress, signal);
      print(`${taken.name} ${taken.version} for ${taken.provider}: ${taken.path}`);
    });
};

function providersOf(text: string): readonly BoxProvider[] {
  if (text === 'all') return PROVIDERS;
  const found = PROVIDERS.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError('It is virtualbox, libvirt or all.');
  return [found];
}

function architectureOf(text: string): BoxArchitecture {
  const found = ARCHITECTURES.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError('It is amd64 or arm64.');
  return found;
}

import { newNodeNames, type MachinesKind } from '../../cluster/profile.ts';
import { sizeOf, withSize, type SizeOptions } from '../amounts.ts';
import type { CliCommand } from '../command.ts';
import { jsonOption, printJson, type JsonOptions } from '../json.ts';
import { wholeNumber } from '../numbers.ts';
import { machinesOption, providerOption } from '../options.ts';

interface Options extends SizeOptions, JsonOptions {
  readonly machines: MachinesKind;
  readonly nodes: number;
  readonly provider?: string;
}

export const preflight: CliCommand = (program, { clusters, signal, print, exitWith }) => {
  const command = program
    .command('preflight')
    .description('tell what stands in the way of a cluster on this desktop; nothing is made')
    .addOption(machinesOption())
    .addOption(providerOption())
    .option('--nodes <n>', 'how many nodes', wholeNumber(1, 100), 3)
    .addOption(jsonOption());
  withSize(command).action(async (options: Options) => {
    const { machines, nodes, provider, json } = options;
    const size = sizeOf(options);
    const problems = await clusters.preflight(machines, signal, {
      // There is no such cluster: the desktop is what is checked.
      cluster: 'preflight',
      machines: newNodeNames('preflight', nodes, []).map((name) => ({ ...size, name })),
      ...(provider === undefined ? {} : { settings: { provider } }),
    });
    if (json) {
      printJson(print, problems);
      if (problems.length > 0) exitWith(1);
      return;
    }
    if (problems.length === 0) {
      print(`Nothing stands in the way of ${nodes} ${machines} ${nodes === 1 ? 'machine' : 'machines'}.`);
      return;
    }
    for (const { what, remedy } of problems) print(`- ${what}. ${remedy}`);
    exitWith(1);
  });
};

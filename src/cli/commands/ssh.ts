import { quoted } from '../../cluster/machines/quoted.ts';
import type { CliCommand } from '../command.ts';
import { connectShell, sizeOfTerminal } from '../terminal.ts';

export const ssh: CliCommand = (program, { clusters, signal, terminal, exitWith }) => {
  program
    .command('ssh')
    .description('log in to the machine of a node as root, or run a command there: ssh dev dev-1 -- df -h')
    .argument('<cluster>')
    .argument('<node>')
    .argument('[command...]', 'a single word is a line of shell')
    .allowUnknownOption()
    .action(async (cluster: string, node: string, words: readonly string[]) => {
      if (words.length === 0) {
        const shell = await clusters.shell(cluster, node, sizeOfTerminal(terminal));
        exitWith(await connectShell(shell, terminal));
        return;
      }
      const [line = ''] = words;
      const { input, output, errors } = terminal;
      // Text that is typed at the terminal belongs to the shell that started the command.
      const streams = { input: input.isTTY === true ? nothing() : input, output, errors };
      exitWith(
        await clusters.run(
          cluster,
          node,
          words.length === 1 ? line : words.map(quoted).join(' '),
          streams,
          signal,
        ),
      );
    });
};

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A command without input.
}

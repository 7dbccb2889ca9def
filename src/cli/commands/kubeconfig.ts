import { readText } from '../../host/files.ts';
import { ClusterError } from '../../cluster/errors.ts';
import type { CliCommand } from '../command.ts';

export const kubeconfig: CliCommand = (program, { clusters, print }) => {
  program
    .command('kubeconfig')
    .description("print the path of a cluster's kubeconfig")
    .argument('<cluster>')
    .option('--content', 'print the file itself (it holds a key)')
    .action(async (name: string, options: { readonly content?: boolean }) => {
      await clusters.profile(name);
      const file = clusters.paths(name).kubeconfig;
      const text = await readText(file);
      if (text === undefined)
        throw new ClusterError(`cluster ${name} was never started`, `Run: wheelhouse start ${name}`);
      print(options.content === true ? text.trimEnd() : file);
    });
};

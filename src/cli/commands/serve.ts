import type { CliCommand, ServeOptions } from '../command.ts';
import { wholeNumber } from '../numbers.ts';

export const serve: CliCommand = (program, context) => {
  program
    .command('serve')
    .description('run a control plane alone, in the foreground')
    .requiredOption('--data <dir>', 'where it keeps its data')
    .option('--port <port>', 'of the API server on loopback (0: any free one)', wholeNumber(0, 65535), 0)
    .option('--simulated-nodes <n>', 'nodes that need no machine', wholeNumber(0, 10_000), 0)
    .option('--audit-policy <file>', 'write down which requests, as a Policy of audit.k8s.io/v1 says')
    .option('--audit-log <file>', 'where to; default audit.log beside its data')
    .option('--recover', 'where its store is damaged, go on with what is whole; the damaged one is kept')
    .option('--export <file>', 'only write the objects that are whole to a new file, a List in JSON')
    .action((options: ServeOptions) => context.serve(options));
};

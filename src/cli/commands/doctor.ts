import { writeWhole } from '../../host/files.ts';
import type { CliCommand } from '../command.ts';

export const doctor: CliCommand = (program, { clusters, signal, print, exitWith, now, report }) => {
  program
    .command('doctor')
    .description('tell what stands in the way of clusters on this desktop')
    .option(
      '--report [file]',
      'write down versions, networks and logs, without secrets, for a report of a fault',
    )
    .action(async (options: { readonly report?: string | true }) => {
      if (options.report !== undefined) {
        const time = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
        const file = options.report === true ? `wheelhouse-report-${time}.md` : options.report;
        await writeWhole(file, await report(), 0o600);
        print(`${file} holds what others need to know. Read it before you send it.`);
        return;
      }
      let found = false;
      for (const kind of ['docker', 'vagrant'] as const) {
        const problems = await clusters.preflight(kind, signal);
        print(kind === 'docker' ? 'Nodes as containers:' : 'Nodes as virtual machines:');
        if (problems.length === 0) print('  nothing stands in the way');
        for (const { what, remedy } of problems) print(`  - ${what}. ${remedy}`);
        found ||= problems.length === 0;
      }
      // One kind is enough.
      if (!found) exitWith(1);
    });
};

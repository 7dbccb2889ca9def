import { window } from 'vscode';
import type { CreateOptions } from '../../cluster/clusters.ts';
import type { CommandContext } from '../commands/command.ts';
import { problemText } from '../machineChecks.ts';
import { MACHINE_KINDS } from '../machineKinds.ts';
import { planOf, withContainers } from './draft.ts';

const CONTAINERS = 'Use Containers Instead';
const AGAIN = 'Try Again';
const DETAILS = 'Show Details';

/**
 * Looks at what stands in the way of a cluster before anything of it is created, and asks what to do about it. Gives
 * what shall be created (maybe with containers instead), undefined where the user gives up.
 */
export async function clearTheWay(
  { model, output }: Pick<CommandContext, 'model' | 'output'>,
  wanted: CreateOptions,
): Promise<CreateOptions | undefined> {
  const never = new AbortController().signal;
  const problemsOf = (options: CreateOptions): ReturnType<typeof model.clusters.preflight> =>
    model.clusters.preflight(options.machines, never, planOf(options));
  for (;;) {
    const problems = await problemsOf(wanted);
    const [first, ...more] = problems;
    if (first === undefined) return wanted;
    const kind = MACHINE_KINDS.find((known) => known.kind === wanted.machines)?.label.toLowerCase() ?? '';
    const containers = withContainers(wanted);
    const canSwitch = wanted.machines === 'vagrant' && (await problemsOf(containers)).length === 0;
    const choice = await window.showWarningMessage(
      more.length === 0
        ? `Nodes cannot be ${kind} yet: ${first.what}.`
        : `Nodes cannot be ${kind} yet: ${problems.length} things stand in the way.`,
      { modal: true, detail: more.length === 0 ? first.remedy : problems.map(problemText).join('\n\n') },
      ...(canSwitch ? [CONTAINERS] : []),
      AGAIN,
      DETAILS,
    );
    if (choice === CONTAINERS) return containers;
    if (choice === DETAILS) {
      for (const problem of problems) output.appendLine(`${wanted.name}: ${problemText(problem)}`);
      output.show(true);
    }
    if (choice !== AGAIN) return undefined;
  }
}

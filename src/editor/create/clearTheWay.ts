import { window, type OutputChannel } from 'vscode';
import type { PreflightProblem } from '../../cluster/machines/contract.ts';
import type { MachinesKind } from '../../cluster/profile.ts';
import { problemText } from '../machineChecks.ts';
import { MACHINE_KINDS } from '../machineKinds.ts';

const CONTAINERS = 'Use Containers Instead';
const AGAIN = 'Try Again';
const DETAILS = 'Show Details';

/**
 * Looks at what stands in the way of machines of a kind, and asks what to do about it. Gives the kind that is to be
 * used (maybe containers instead), undefined where the user gives up.
 */
export async function clearTheWay(
  wanted: MachinesKind,
  problemsOf: (kind: MachinesKind) => Promise<readonly PreflightProblem[]>,
  output: Pick<OutputChannel, 'appendLine' | 'show'>,
): Promise<MachinesKind | undefined> {
  for (;;) {
    const problems = await problemsOf(wanted);
    const [first, ...more] = problems;
    if (first === undefined) return wanted;
    const kind = MACHINE_KINDS.find((known) => known.kind === wanted)?.label.toLowerCase() ?? '';
    const canSwitch = wanted === 'vagrant' && (await problemsOf('docker')).length === 0;
    const choice = await window.showWarningMessage(
      more.length === 0
        ? `Nodes cannot be ${kind} yet: ${first.what}.`
        : `Nodes cannot be ${kind} yet: ${problems.length} things stand in the way.`,
      { modal: true, detail: more.length === 0 ? first.remedy : problems.map(problemText).join('\n\n') },
      ...(canSwitch ? [CONTAINERS] : []),
      AGAIN,
      DETAILS,
    );
    if (choice === CONTAINERS) return 'docker';
    if (choice === DETAILS) {
      for (const problem of problems) output.appendLine(problemText(problem));
      output.show(true);
    }
    if (choice !== AGAIN) return undefined;
  }
}
